#pragma once

/// Store and hot rows as ingest, writer and recovery use them, without actors.

#include <map>
#include <memory>
#include <string>

#include "store/store.hpp"
#include "tests/store/store_examples.hpp"

namespace tributary::examples {

/// The cells of a host and the life that each of its ticks is of.
struct host_image {
  cell_map cells;
  std::map<tick, epoch_number> epochs;

  void add(const window_table& window);
};

/// Throws when a call fails that must not.
class small_node {
public:
  small_node(std::string path, store_options options);

  /// Forgets all that was not committed, and starts again.
  void crash();

  host_number offer(const host_definition& definition);

  void define(host_number number, const origin& from);

  /// What ingest does with a frame; false when it asked for a key frame.
  bool take(host_number number, const frame_ptr& x);

  void receive(host_number number, const window_table& window, uint64_t token);

  void close(host_number number, tick before);

  /// Writes what is ready, after all of it was made so or as it is.
  commit_report commit(bool prepared_only = false);

  /// Works on windows between commits.
  void prepare(size_t samples_max);

  /// What a query sees, and what the blocks alone have.
  host_image visible(host_number number) const;
  host_image blocks(host_number number) const;

  /// Points of a tier, 1 or 2, that differ from what the slots in the blocks
  /// come to, in words; empty where none.
  std::string wrong_points(host_number number) const;

  const hot_host& hot(host_number number) const {
    return hosts_.at(number);
  }

  tributary::store& store() {
    return *store_;
  }

private:
  void open();
  void replay(journal_position position, const journal_item& item);
  void note(host_number number, const frame& x, journal_position position,
            frame_outcome outcome);

  std::string path_;
  store_options options_;
  std::unique_ptr<tributary::store> store_;
  std::map<host_number, hot_host> hosts_;
  std::map<host_number, journal_position> key_positions_;
  /// Late rows that are in no block.
  std::map<host_number, std::vector<late_row_ptr>> late_;
};

} // namespace tributary::examples
