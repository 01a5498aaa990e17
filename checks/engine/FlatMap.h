// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maps and sets of a few items, sorted in one array: with the look-ups of
// std::map and std::set, made for what is copied, compared and walked through
// far more often than it grows. Each change moves items and ends iterators and
// references.
//
// Threads: one at a time. Cost: a look-up logarithmic, a change linear in the
// items.
#ifndef GRIDLOCK_ENGINE_FLATMAP_H
#define GRIDLOCK_ENGINE_FLATMAP_H

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace gridlock {

template <typename Key, typename Value> class FlatMap {
public:
  using Item = std::pair<Key, Value>;
  using iterator = typename std::vector<Item>::iterator;
  using const_iterator = typename std::vector<Item>::const_iterator;

  iterator begin() { return Items.begin(); }
  iterator end() { return Items.end(); }
  const_iterator begin() const { return Items.begin(); }
  const_iterator end() const { return Items.end(); }
  bool empty() const { return Items.empty(); }
  std::size_t size() const { return Items.size(); }

  /// The first item that is not less than K.
  iterator lower_bound(const Key &K) { return lower(Items, K); }
  const_iterator lower_bound(const Key &K) const { return lower(Items, K); }
  iterator find(const Key &K) { return findIn(Items, K); }
  const_iterator find(const Key &K) const { return findIn(Items, K); }
  bool contains(const Key &K) const { return find(K) != end(); }
  /// K is there.
  const Value &at(const Key &K) const { return lower_bound(K)->second; }

  Value &operator[](const Key &K) { return try_emplace(K).first->second; }
  /// Puts in the pair (K, Value(ARGS...)) if K is not there.
  template <typename... Args>
  std::pair<iterator, bool> try_emplace(const Key &K, Args &&...Of) {
    iterator At = lower_bound(K);
    if (At != end() && At->first == K)
      return {At, false};
    return {Items.insert(At, Item(K, Value(std::forward<Args>(Of)...))), true};
  }
  template <typename V>
  std::pair<iterator, bool> emplace(const Key &K, V &&Of) {
    return try_emplace(K, std::forward<V>(Of));
  }
  /// K is greater than all that are there.
  void append(const Key &K, Value Of) { Items.emplace_back(K, std::move(Of)); }
  void erase(iterator At) { Items.erase(At); }
  /// The number of items taken out.
  std::size_t erase(const Key &K) {
    iterator At = find(K);
    if (At == end())
      return 0;
    Items.erase(At);
    return 1;
  }
  /// Takes out those that IS is true of; how many.
  template <typename Predicate> std::size_t eraseIf(Predicate Is) {
    return std::erase_if(Items, Is);
  }
  bool operator==(const FlatMap &) const = default;

private:
  template <typename In> static auto lower(In &Items, const Key &K) {
    return std::lower_bound(
        Items.begin(), Items.end(), K,
        [](const Item &I, const Key &Wanted) { return I.first < Wanted; });
  }
  template <typename In> static auto findIn(In &Items, const Key &K) {
    auto At = lower(Items, K);
    return At != Items.end() && At->first == K ? At : Items.end();
  }

  std::vector<Item> Items;
};

template <typename Key> class FlatSet {
public:
  using const_iterator = typename std::vector<Key>::const_iterator;

  FlatSet() = default;
  FlatSet(std::initializer_list<Key> Of) { insert(Of.begin(), Of.end()); }

  const_iterator begin() const { return Items.begin(); }
  const_iterator end() const { return Items.end(); }
  bool empty() const { return Items.empty(); }
  std::size_t size() const { return Items.size(); }
  bool contains(const Key &K) const {
    return std::binary_search(Items.begin(), Items.end(), K);
  }
  /// Whether it was not there yet.
  bool insert(Key K) {
    auto At = std::lower_bound(Items.begin(), Items.end(), K);
    if (At != Items.end() && *At == K)
      return false;
    Items.insert(At, std::move(K));
    return true;
  }
  /// K is greater than all that are there.
  void append(const Key &K) { Items.push_back(K); }
  template <typename It> void insert(It First, It Last) {
    for (; First != Last; ++First)
      insert(*First);
  }
  void erase(const Key &K) { std::erase(Items, K); }
  bool operator==(const FlatSet &) const = default;

private:
  std::vector<Key> Items;
};

} // namespace gridlock

#endif
