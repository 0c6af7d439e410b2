#include "store/salvage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "store/block.hpp"
#include "store/checked_record.hpp"
#include "store/packed_blocks.hpp"
#include "store/records.hpp"
#include "store/salvage_places.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

/// Written in one transaction: dirty pages are kept in memory until then.
constexpr size_t batch_bytes = size_t{16} << 20;

class salvager {
public:
  salvager(const page_file& from, lmdb::environment& to, salvage_report& report)
      : from_(from), to_(to), report_(report), seen_((from.pages() + 63) / 64) {
    // nop
  }

  caf::error run() {
    std::vector<std::string> heads;
    auto snapshots = from_.snapshots(&heads);
    for (auto& x : heads)
      lose("head", x);
    for (size_t i = 0; i < snapshots.size(); ++i)
      if (i == 0 || is_damaged_)
        read_snapshot(snapshots[i]);
    if (is_damaged_ || snapshots.empty())
      if (auto error = read_lost_pages())
        return error;
    report_.is_whole = !is_damaged_;
    for (auto& x : lost_)
      add_loss(report_, x.first, x.second);
    report_.lost_count += lost_beyond_;
    return flush();
  }

private:
  void lose(const std::string& place, const std::string& what) {
    is_damaged_ = true;
    if (lost_.size() < salvage_lost_max)
      lost_.emplace(place, what);
    else if (lost_.count(place) == 0)
      ++lost_beyond_;
  }

  bool see(uint64_t first, uint64_t count) {
    if (first < from_.pages() && count <= from_.pages() - first)
      for (auto page = first; page < first + count; ++page)
        seen_[page / 64] |= uint64_t{1} << page % 64;
    return true;
  }

  void read_snapshot(const page_snapshot& what) {
    std::map<std::string, page_tree> trees;
    page_visitor visitor;
    visitor.visit = [this](uint64_t x, uint64_t n) {
      return see(x, n);
    };
    visitor.fault = [this](uint64_t page, const std::string& why) {
      lose("table of tables, page " + std::to_string(page), why);
    };
    visitor.entry = [&](const page_entry& x) {
      auto tree = open_page_tree(x.inline_value);
      if (x.is_tree && tree)
        trees.emplace(std::string{x.key}, *tree);
      else
        lose("table of tables, page " + std::to_string(x.page),
             "a record is broken");
      return true;
    };
    from_.walk(what.tables, visitor);
    for (lmdb::table_number i = 0; i < tables::table_count; ++i) {
      auto tree = trees.find(tables::names[i]);
      if (tree != trees.end())
        read_table(i, tree->second);
      else if (format_ != 1 || i < tables::tier1)
        lose(tables::names[i], "the table is not there");
    }
    is_newest_ = false;
  }

  void read_table(lmdb::table_number table, const page_tree& tree) {
    std::string name = tables::names[table];
    auto lost_before = lost_.size() + lost_beyond_;
    page_visitor visitor;
    visitor.is_ordered = true;
    uint64_t steps = 0;
    visitor.visit = [&](uint64_t x, uint64_t n) {
      see(x, n);
      // A broken branch may lead in circles.
      return ++steps <= 2 * from_.pages();
    };
    visitor.fault = [&](uint64_t page, const std::string& why) {
      lose(name + " page " + std::to_string(page), why);
    };
    visitor.entry = [&](const page_entry& x) {
      auto key = lmdb::key::from_bytes(x.key);
      auto value = from_.value_of(x, buffer_);
      if (!value)
        lose(place_of(name, key), "its pages are not there");
      else if (table == tables::tier0)
        take_blocks(key, *value, true);
      else if (auto error = check_record(name, key, *value))
        lose(place_of(name, key), words_of(error));
      else if (!is_newest_ && table >= tables::tier1)
        note_points(x.page);
      else
        take(table, key, *value);
      return !failure_;
    };
    from_.walk(tree, visitor);
    if (table == tables::hosts && is_newest_)
      report_.hosts_are_newest = lost_.size() + lost_beyond_ == lost_before;
  }

  /// Of an older commit or of no tree: whether they are still true is told when
  /// all that is newer is there.
  void note_points(uint64_t leaf) {
    if (points_.empty() || points_.back() != leaf)
      points_.push_back(leaf);
  }

  /// Pages of no tree: leaves first, since they have keys; then values whose
  /// leaf is lost.
  caf::error read_lost_pages() {
    read_free_leaves();
    for (uint64_t page = 2; page < from_.pages() && !failure_; ++page)
      if (!is_seen(page))
        take_value(page);
    if (auto error = flush())
      return error;
    block_places places{to_};
    for (auto leaf : points_)
      read_points(leaf, places);
    for (auto page : blocks_)
      if (auto value = from_.value_at(page, buffer_)) {
        auto points = value->substr(0, record_bytes(*value));
        if (auto at = places.place_of(points))
          take_stray(*at, points, places);
        for (auto sealed : unpack_blocks(*value))
          if (auto at = places.place_of(sealed))
            take_stray(*at, sealed, places);
      }
    return failure_;
  }

  void read_points(uint64_t leaf, block_places& places) {
    std::string why;
    from_.read_leaf(
        leaf,
        [&](const page_entry& x) {
          auto key = lmdb::key::from_bytes(x.key);
          auto value = x.is_tree ? std::nullopt : from_.value_of(x, buffer_);
          if (value && looks_like_points(key, *value))
            if (auto at = places.place_of_points(key, *value))
              take_stray(*at, *value, places);
          return !failure_;
        },
        why);
  }

  void take_stray(const block_places::place& at, std::string_view value,
                  block_places& places) {
    if (!take(at.table, at.key, value))
      return;
    places.add(at, value);
    ++report_.found_in_leaves;
  }

  /// Each under a key of its own, so that one that is broken is lost alone. The
  /// number that are new.
  size_t take_blocks(const lmdb::key& at, std::string_view value, bool tell) {
    size_t result = 0;
    auto group = at.word(1);
    for (auto sealed : unpack_blocks(value)) {
      lmdb::key key{at.word(0), group++};
      auto error = check_record(tables::names[tables::tier0], key, sealed);
      if (!error)
        result += take(tables::tier0, key, sealed) ? 1 : 0;
      else if (tell)
        lose(place_of(tables::names[tables::tier0], key), words_of(error));
    }
    return result;
  }

  bool is_seen(uint64_t page) const {
    return (seen_[page / 64] >> page % 64 & 1) != 0;
  }

  /// A journal entry and a host say themselves what their keys are; a block
  /// needs all layouts first.
  void take_value(uint64_t page) {
    auto whole = from_.value_at(page, buffer_);
    auto value = whole ? whole->substr(0, record_bytes(*whole)) : "";
    if (value.empty())
      return;
    if (open_block_header(value) || open_tier_header(value)) {
      blocks_.push_back(page);
      return;
    }
    std::optional<lmdb::key> key;
    auto table = tables::journal;
    if (auto entry = open_journal_entry(value); entry && !entry->items.empty())
      key = tables::journal_key(entry->first);
    if (key && !check_record(tables::names[table], *key, value)
        && take(table, *key, value))
      ++report_.found_in_leaves;
  }

  void read_free_leaves() {
    for (uint64_t page = 2; page < from_.pages() && !failure_; ++page) {
      if (is_seen(page))
        continue;
      std::string why;
      from_.read_leaf(
          page,
          [&](const page_entry& x) {
            if (!x.is_tree)
              take_unknown(x);
            return !failure_;
          },
          why);
    }
  }

  void take_unknown(const page_entry& x) {
    auto key = lmdb::key::from_bytes(x.key);
    auto bytes = x.key.size();
    if (bytes == 0 || bytes > 32 || bytes % 8 != 0)
      return;
    auto value = from_.value_of(x, buffer_);
    if (!value)
      return;
    if (x.value_page != 0)
      see(x.value_page, 1);
    auto table = guess_table(key, *value);
    if (table == tables::tier0)
      report_.found_in_leaves += take_blocks(key, *value, false);
    else if (!table && looks_like_points(key, *value))
      note_points(x.page);
    else if (table && take(*table, key, *value))
      ++report_.found_in_leaves;
  }

  /// Of a newer format is a store whose record is damaged, or what this program
  /// can read of it.
  bool make_own(const lmdb::key& key, std::string_view& value,
                std::string& own) {
    auto meta = open_meta(value);
    if (!meta || meta->format_version <= tables::format_version)
      return true;
    add_loss(report_, place_of(tables::names[tables::meta], key),
             "is of format " + std::to_string(meta->format_version)
                 + ", read as format "
                 + std::to_string(tables::format_version));
    if (!are_valid(meta->steps))
      return false;
    meta->format_version = tables::format_version;
    own = seal_meta(*meta);
    value = own;
    return true;
  }

  /// False when a newer one is there.
  bool take(lmdb::table_number table, const lmdb::key& key,
            std::string_view value) {
    if (!txn_) {
      auto txn = to_.write();
      if (!txn) {
        failure_ = std::move(txn.error());
        return false;
      }
      txn_ = std::make_unique<lmdb::transaction>(std::move(*txn));
    }
    if (txn_->get(table, key))
      return false;
    std::string own;
    if (table == tables::meta && !make_own(key, value, own))
      return false;
    if (auto error = txn_->put(table, key, value)) {
      failure_ = std::move(error);
      return false;
    }
    if (table == tables::meta && format_ == 0)
      if (auto meta = open_meta(value))
        format_ = meta->format_version;
    std::string name = tables::names[table];
    ++report_.found[name];
    if (!lost_.empty())
      lost_.erase(place_of(name, key));
    bytes_ += value.size() + key.bytes().size();
    if (bytes_ > batch_bytes)
      failure_ = flush();
    return true;
  }

  caf::error flush() {
    bytes_ = 0;
    if (failure_ || !txn_)
      return failure_;
    auto txn = std::move(txn_);
    return txn->commit();
  }

  const page_file& from_;
  lmdb::environment& to_;
  salvage_report& report_;
  std::vector<uint64_t> seen_;
  /// Of the store, once its record is found.
  uint32_t format_ = 0;
  /// What is read is of the newest commit that there is.
  bool is_newest_ = true;
  /// Leaves with points whose table is not known, or that are of an older
  /// commit.
  std::vector<uint64_t> points_;
  /// First pages of blocks whose leaf is lost.
  std::vector<uint64_t> blocks_;
  std::vector<uint64_t> buffer_;
  std::map<std::string, std::string> lost_;
  uint64_t lost_beyond_ = 0;
  bool is_damaged_ = false;
  std::unique_ptr<lmdb::transaction> txn_;
  size_t bytes_ = 0;
  caf::error failure_;
};

caf::error sync_file(const std::string& path) {
  auto fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  auto is_synced = fd >= 0 && fsync(fd) == 0;
  auto fault = std::string{is_synced ? "" : strerror(errno)};
  if (fd >= 0)
    close(fd);
  return is_synced ? caf::error{}
                   : make_error(ec::file_unusable, path + ": " + fault);
}

} // namespace

void add_loss(salvage_report& report, std::string place, std::string what) {
  ++report.lost_count;
  if (report.lost.size() < salvage_lost_max)
    report.lost.push_back({std::move(place), std::move(what)});
}

caf::expected<salvage_report> salvage_store(const std::string& damaged,
                                            const std::string& out,
                                            const guid& node) {
  auto from = page_file::open(damaged);
  if (!from)
    return std::move(from.error());
  if (access(out.c_str(), F_OK) == 0)
    return make_error(ec::file_unusable, out + ": exists");
  lmdb::environment_options options;
  // Leaves of two commits and pages that are filled less.
  options.map_bytes = from->bytes() * 3 + (size_t{64} << 20);
  // Synced as a whole once it is done.
  options.sync = lmdb::sync_mode::none;
  auto to = lmdb::environment::open(out, options, tables::names,
                                    tables::table_count);
  if (!to)
    return std::move(to.error());
  salvage_report report;
  report.node = node;
  if (auto error = salvager{*from, **to, report}.run())
    return error;
  if (report.found.empty())
    return make_error(ec::corrupt, damaged + ": nothing in it can be read");
  if (auto error = repair_salvaged(**to, report))
    return error;
  if (auto error = sync_file(out))
    return error;
  return report;
}

} // namespace tributary
