#pragma once

/// Where records belong whose leaf is lost, or whose table is: by their looks,
/// and by what the tables that were found say.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "store/lmdb.hpp"
#include "store/records.hpp"
#include "store/tier_block.hpp"

namespace tributary {

/// The table whose record this is, by its looks; none when it fits no table.
/// Points fit none: only the grid of their host tells their table.
std::optional<lmdb::table_number> guess_table(const lmdb::key& key,
                                              std::string_view value);

/// Whether it has the looks of a group of points under its own key.
bool looks_like_points(const lmdb::key& key, std::string_view value);

/// Places for blocks and points, once hosts and layouts are in the new store.
class block_places {
public:
  struct place {
    lmdb::table_number table;
    lmdb::key key;
  };

  explicit block_places(const lmdb::environment& store) : store_(store) {
    // nop
  }

  /// Of a group whose key is lost: the one host that has its layout and such a
  /// window or block, and the first number that is free there. None when no
  /// host fits, when several do, or when these charts are there already.
  std::optional<place> place_of(std::string_view value);

  /// Of points whose key is known and whose table is not. None when they lie on
  /// no grid of their host, or when what is there has some of their charts: of
  /// two versions, the one that the newest tables have is the newer one. What
  /// was a piece gives way to a block that was made of it.
  std::optional<place> place_of_points(const lmdb::key& key,
                                       std::string_view value);

  /// Notes what is in the new store now.
  void add(const place& at, std::string_view value);

private:
  /// Groups of one block by their number.
  using groups = std::map<uint32_t, content_hash>;
  using block_name = std::tuple<lmdb::table_number, tick, host_number>;

  /// Ids of the first and the last chart of a layout.
  using chart_ids = std::pair<std::string, std::string>;

  bool load();
  bool fits_window(host_number host, std::string_view value,
                   lmdb::table_number& table, tick& start) const;
  std::optional<lmdb::table_number> table_of(host_number host,
                                             const tier_header& header) const;
  bool is_taken(lmdb::table_number table, tick start, host_number host,
                const content_hash& layout_hash) const;

  const lmdb::environment& store_;
  bool is_loaded_ = false;
  tier_steps steps_{0, 0};
  std::map<host_number, host_definition> hosts_;
  std::map<std::pair<host_number, content_hash>, chart_ids> layouts_;
  std::map<content_hash, std::set<host_number>> hosts_of_;
  std::map<block_name, groups> groups_;
};

} // namespace tributary
