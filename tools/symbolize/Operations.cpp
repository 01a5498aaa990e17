// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Operations.h"

#include "rules/Catalogue.h"

namespace gridlock::symbolize {

std::string operationOf(const rules::Catalogue &Rules,
                        const std::vector<Frame> &Stack,
                        const std::string &Interposed) {
  std::size_t User = 0;
  while (User < Stack.size() && !Stack[User].User)
    ++User;
  for (std::size_t I = User; User < Stack.size() && I-- > 0;)
    for (const rules::Entry *E : Rules.find(Stack[I].Function))
      if (E->effects() && E->op())
        for (const auto Does : *E->effects())
          if (static_cast<rules::Effect>(Does) == rules::Effect::Blocks ||
              static_cast<rules::Effect>(Does) == rules::Effect::Acquires)
            return E->op()->str();
  return Interposed;
}

} // namespace gridlock::symbolize
