// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// report-samples json|sarif empty|sample|large: a report on stdout, for the
// schema tests in test/cli.
#include "test/unit/report/Samples.h"

#include <iostream>

using namespace gridlock;

int main(int Argc, char **Argv) {
  const std::string Format = Argc == 3 ? Argv[1] : "";
  const std::string Which = Argc == 3 ? Argv[2] : "";
  report::Report R;
  R.Root = "/";
  if (Which != "empty")
    R = report::sampleReport();
  if (Which == "large")
    for (unsigned I = 0; I < 6000; ++I) {
      Finding F = report::sampleFinding();
      F.Where.Line = 100 + I;
      F.Confidence = I % 2 ? Precision::High : Precision::Low;
      R.Findings.push_back(F);
    }
  if (Format == "json")
    report::writeJson(std::cout, R);
  else if (Format == "sarif")
    for (const std::string &Cut : report::writeSarif(std::cout, R))
      std::cerr << Cut << '\n';
  else
    return 2;
  return 0;
}
