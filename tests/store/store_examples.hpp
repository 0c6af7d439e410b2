#pragma once

/// Directories, charts, hosts and origins that the tests of the store share.

#include <functional>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "schema/definition.hpp"
#include "schema/frame_codec.hpp"
#include "store/block.hpp"
#include "store/store.hpp"
#include "store/window.hpp"

namespace tributary::examples {

/// A directory of its own for a test, removed with all that is in it.
class temporary_directory {
public:
  temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory();

  std::string file(const std::string& name) const {
    return path_ + '/' + name;
  }

private:
  std::string path_;
};

/// A chart of these dimensions, all of one algorithm.
chart_ptr make_chart(const std::string& id,
                     const std::vector<std::string>& dimension_ids,
                     algorithm kind = algorithm::absolute);

/// A host whose windows begin at multiples of their length.
host_definition make_host(uint64_t number, uint32_t window_seconds = 60,
                          uint16_t group_columns = 16);

guid make_guid(uint64_t number);

struct cell {
  int64_t value = 0;
  bool estimated = false;

  friend bool operator==(const cell& x, const cell& y) {
    return x.value == y.value && x.estimated == y.estimated;
  }
};

/// What a window holds, by tick, chart id and dimension id.
using cell_map = std::map<std::tuple<tick, std::string, std::string>, cell>;

cell_map cells_of(const window_table& window);

std::string describe(const cell_map& cells);

/// Seals rows as one life of a host does.
class origin {
public:
  origin(epoch_number epoch, std::vector<chart_ptr> charts);

  const roster& columns_of() const noexcept {
    return columns_of_;
  }

  void grow(chart_ptr chart) {
    columns_of_.append(std::move(chart));
  }

  /// The whole roster, as it goes to a hot host.
  roster_run run() const;

  /// Seals one value a column; a key frame at the start of a window.
  frame_ptr seal(tick t, std::vector<int64_t> values, bool key = false);

  frame_ptr seal(tick t, const frame_row& row, bool key = false,
                 uint16_t part = 0);

private:
  roster columns_of_;
  frame_chain chain_;
};

/// Closes a window of `host` that has the ticks from `first`, all in one
/// window, with these values.
closed_window_ptr
close_window(const host_definition& host, origin from, tick first, size_t ticks,
             const std::function<std::vector<int64_t>(tick)>& values);

/// A row with all columns present.
frame_row full_row(std::vector<int64_t> values);

/// A window of one chart with one value in each of these slots.
window_table make_window(const host_definition& host, tick start,
                         const std::string& chart_id, epoch_number epoch,
                         const std::map<size_t, int64_t>& values);

/// `make_window`, sealed and checked as a session does.
received_window receive(const host_definition& host,
                        const window_table& window);

/// Hands the slots of a window over as late rows. Of frames at `position`; with
/// one, no journal could give them again. 0: they are durable.
void put_late(store& to, host_number host, const window_table& window,
              journal_position position = 0);

/// Opens a store and replays its journal.
std::unique_ptr<store> open_store(
    const std::string& path, store_options options = {},
    const std::function<void(journal_position, const journal_item&)>& f
    = [](journal_position, const journal_item&) {});

/// What the store has of a window, decoded.
window_table stored_window(const store& from, host_number host, tick start);

} // namespace tributary::examples
