#include "store/verify.hpp"

#include <algorithm>

#include "store/block.hpp"
#include "store/layout_index.hpp"
#include "store/packed_blocks.hpp"
#include "store/records.hpp"
#include "store/tier_block.hpp"

namespace tributary {

namespace {

/// Which pages are in use: each once, and none that is free.
class page_use {
public:
  explicit page_use(const store_file& store)
      : limit_(std::max(store.file().pages(), uint64_t{2})) {
    // A running node's file grows; a broken head may claim any size.
    limit_ = std::max(limit_,
                      std::min(store.snapshot().last_page + 1, 8 * limit_));
    used_.resize(bitmap_words(limit_));
  }

  bool is_used(uint64_t page) const {
    return page < limit_ && (used_[page / 64] >> page % 64 & 1) != 0;
  }

  /// False when one of them was used before. What can't be a page is left to
  /// who reads it.
  bool use(uint64_t first, uint64_t count) {
    if (first >= limit_ || count > limit_ - first)
      return true;
    for (auto page = first; page < first + count; ++page) {
      if (is_used(page))
        return false;
      used_[page / 64] |= uint64_t{1} << page % 64;
    }
    return true;
  }

private:
  uint64_t limit_;
  std::vector<uint64_t> used_;
};

/// The records, and what they say of each other.
class record_check {
public:
  record_check(const store_file& store, const fault_sink& faults,
               verify_report& report)
      : store_(store),
        faults_(faults),
        report_(report),
        layouts_(store),
        pages_(store) {
    pages_.use(0, 2);
  }

  void run() {
    std::vector<std::string> damaged;
    store_.file().snapshots(&damaged);
    for (auto& x : damaged)
      faults_({"head", x});
    auto all = store_.tables(faults_);
    report_.format_version = read_format();
    for (lmdb::table_number i = 0; i < tables::table_count; ++i)
      if (all.count(tables::names[i]) == 0
          && (report_.format_version != 1 || i < tables::tier1))
        faults_({tables::names[i], "the table is not there"});
    // Hosts first: the others name them.
    each(all, "hosts", [this](const lmdb::key&, std::string_view value) {
      auto host = open_host(value);
      if (host)
        hosts_.emplace(host->number, std::move(*host));
    });
    for (auto& x : all)
      if (x.first != "hosts")
        each(all, x.first, [&](const lmdb::key& key, std::string_view value) {
          check_relations(x.first, key, value);
        });
    end_window();
    check_coverage();
    check_journal_end();
    check_free_pages();
    check_size();
  }

private:
  /// 0 where the record can't be read: then it is a fault of its table.
  uint32_t read_format() const {
    uint32_t result = 0;
    store_.for_each(
        tables::names[tables::meta],
        [&](const lmdb::key&, std::string_view value) {
          if (auto meta = open_meta(value))
            result = meta->format_version;
          return false;
        },
        [](store_fault) {});
    return result;
  }

  template <class F>
  void each(const std::map<std::string, page_tree>& all,
            const std::string& table, F f) {
    auto tree = all.find(table);
    if (tree == all.end())
      return;
    uint64_t entries = 0;
    bool whole = true;
    store_.for_each(
        table, tree->second,
        [&](const lmdb::key& key, std::string_view value) {
          ++entries;
          if (auto error = check_record(table, key, value))
            fault(table, key, charts_in(table, key, value) + to_text(error));
          else
            f(key, value);
          return true;
        },
        [&](store_fault x) {
          whole = false;
          faults_(std::move(x));
        },
        [this](uint64_t page, uint64_t count) { return use(page, count); });
    report_.entries += entries;
    if (whole && entries != tree->second.entries)
      faults_({table, "has " + std::to_string(entries)
                          + " entries, its record says "
                          + std::to_string(tree->second.entries)});
  }

  bool use(uint64_t page, uint64_t count) {
    auto pages = store_.file().pages();
    is_cut_off_ = is_cut_off_ || page >= pages || count > pages - page;
    return pages_.use(page, count);
  }

  /// LMDB makes files that are shorter than their head says: pages that it took
  /// and freed in one transaction. A running node's file grows.
  void check_size() {
    auto& of = store_.file();
    auto expected = store_.snapshot().last_page;
    if (is_cut_off_ && !store_.is_in_use())
      faults_({"file", "is cut off at " + std::to_string(of.bytes()) + " of "
                           + std::to_string((expected + 1) * page_bytes)
                           + " bytes"});
  }

  void check_free_pages() {
    std::vector<uint64_t> buffer;
    page_visitor visitor;
    visitor.visit = [this](uint64_t x, uint64_t n) {
      return use(x, n);
    };
    visitor.entry = [&](const page_entry& x) {
      auto value = store_.file().value_of(x, buffer);
      auto list = value ? open_free_list(*value) : std::nullopt;
      if (!list)
        faults_({"free pages page " + std::to_string(x.page),
                 "a list does not read"});
      else
        for (auto page : *list)
          if (pages_.is_used(page))
            faults_({"page " + std::to_string(page), "is free and in use"});
      return true;
    };
    visitor.fault = [&](uint64_t page, const std::string& why) {
      faults_({"free pages page " + std::to_string(page), why});
    };
    store_.file().walk(store_.snapshot().free_pages, visitor);
  }

  /// Of points that are broken, as far as the rest of them tells that.
  std::string charts_in(const std::string& table, const lmdb::key& key,
                        std::string_view value) {
    if (!is_table_of_points(table))
      return {};
    auto header = open_tier_header(value.substr(0, message_bytes(value)));
    if (!header)
      return {};
    auto columns_of = layouts_.get(static_cast<host_number>(key.word(1) >> 32),
                                   header->layout_hash);
    return columns_of ? charts_of(**columns_of) + ": " : std::string{};
  }

  void fault(const std::string& table, const lmdb::key& key, std::string what) {
    faults_({place_of(table, key), std::move(what)});
  }

  /// What a record that reads says of others.
  void check_relations(const std::string& table, const lmdb::key& key,
                       std::string_view value) {
    if (table == "tier0")
      check_blocks(key, value);
    else if (table == "journal")
      check_entry(key, value);
    else if (table == "rosters" || table == "layouts")
      need_host(table, key, key.word(0));
    else if (table == "owed")
      need_host(table, key, key.word(2));
    else if (table == "cursors")
      newest_cursor_ = std::max(newest_cursor_, *open_cursor(value));
    else if (table == "meta")
      check_meta(key, value);
    else
      check_points(table, key, value);
  }

  void check_meta(const lmdb::key& key, std::string_view value) {
    auto meta = open_meta(value);
    steps_ = meta->steps;
    if (meta->format_version > tables::format_version)
      fault("meta", key, "is of a newer format");
  }

  /// Of the tiers 1 and 2. Other tables are not for this.
  void check_points(const std::string& table, const lmdb::key& key,
                    std::string_view value) {
    for (auto which : {tables::tier1, tables::tier2, tables::tier1_pieces,
                       tables::tier2_pieces}) {
      if (table != tables::names[which])
        continue;
      auto number = static_cast<host_number>(key.word(1) >> 32);
      if (!need_host(table, key, number))
        return;
      auto columns_of
          = layouts_.get(number, open_tier_header(value)->layout_hash);
      auto& host = hosts_[number];
      // What is left of one that was forgotten lies on the grid of its guid.
      auto grid_of = host.is_forgotten ? nullptr : &host.definition;
      auto error = columns_of ? check_tier_group(which, value, grid_of, steps_,
                                                 **columns_of)
                              : columns_of.error();
      if (error)
        fault(table, key, to_text(error));
    }
  }

  bool need_host(const std::string& table, const lmdb::key& key,
                 uint64_t host) {
    if (host <= UINT32_MAX && hosts_.count(static_cast<host_number>(host)) != 0)
      return true;
    fault(table, key, "there is no host " + std::to_string(host));
    return false;
  }

  void check_blocks(const lmdb::key& at, std::string_view value) {
    auto packed = at.word(1);
    for (auto sealed : unpack_blocks(value))
      check_block({at.word(0), packed++}, sealed);
  }

  void check_block(const lmdb::key& key, std::string_view value) {
    ++report_.blocks;
    auto host = static_cast<host_number>(key.word(1) >> 32);
    auto group = static_cast<uint32_t>(key.word(1));
    auto header = *open_block_header(value);
    if (header.start != window_start_ || host != window_host_) {
      end_window();
      window_start_ = header.start;
      window_host_ = host;
      window_runs_ = header.runs;
      window_group_ = 0;
      window_is_whole_ = true;
    } else if (header.runs != window_runs_) {
      fault("tier0", key, "covers other slots than the group before it");
    }
    // A window that is trimmed in two commits or was salvaged in part is not
    // claimed.
    if (group != window_group_ && window_is_whole_) {
      window_is_whole_ = false;
      if (is_claimed(host, header))
        fault("tier0", key, "the group before it is not there");
    }
    window_group_ = group + 1;
    auto columns_of = layouts_.get(host, header.layout_hash);
    if (!columns_of) {
      fault("tier0", key, to_text(columns_of.error()));
      return;
    }
    window_table window{header.start, header.slots};
    if (auto error = open_block(value, **columns_of, window))
      fault("tier0", key, to_text(error));
    if (!need_host("tier0", key, host))
      return;
    auto& of = hosts_[host];
    auto& definition = of.definition;
    if (!of.is_forgotten
        && (definition.window_start(header.start) != header.start
            || definition.window_seconds != header.slots))
      fault("tier0", key, "is no window of its host");
  }

  bool is_claimed(host_number host, const block_header& header) const {
    auto i = hosts_.find(host);
    return i != hosts_.end() && !header.runs.empty()
           && i->second.stored.contains(header.runs.front().from);
  }

  void end_window() {
    for (auto& run : window_runs_)
      if (window_is_whole_)
        found_[window_host_].add(run);
    window_runs_.clear();
    window_start_ = -1;
  }

  void check_coverage() {
    for (auto& x : hosts_) {
      if (x.second.is_forgotten)
        continue;
      auto& claimed = x.second.stored;
      auto place = "hosts " + to_string(x.second.definition.id);
      auto missing = claimed.missing_in(found_[x.first]);
      for (auto& range : x.second.passed.ranges())
        missing.remove(range);
      for (auto& range : missing.ranges())
        faults_({place, "claims ticks " + std::to_string(range.from) + " to "
                            + std::to_string(range.to)
                            + ", which no block has"});
      auto extra = found_[x.first];
      extra.drop_before(claimed.oldest());
      auto unclaimed = extra.missing_in(claimed);
      for (auto& range : unclaimed.ranges())
        faults_({place, "has blocks of ticks " + std::to_string(range.from)
                            + " to " + std::to_string(range.to)
                            + ", which its coverage lacks"});
    }
  }

  void check_entry(const lmdb::key& key, std::string_view value) {
    auto entry = *open_journal_entry(value);
    report_.frames += entry.items.size();
    if (journal_next_ != 0 && entry.first != journal_next_)
      fault("journal", key,
            "position " + std::to_string(journal_next_) + " should be next");
    journal_next_ = entry.first + entry.items.size();
    for (auto& item : entry.items)
      need_host("journal", key, item.host);
  }

  /// An empty journal leaves nothing but cursors of where it was.
  void check_journal_end() {
    if (journal_next_ != 0 && newest_cursor_ >= journal_next_)
      faults_({"cursors", "one is at " + std::to_string(newest_cursor_)
                              + ", behind the journal's end"});
  }

  const store_file& store_;
  const fault_sink& faults_;
  verify_report& report_;
  layout_index layouts_;
  tier_steps steps_{0, 0};
  page_use pages_;
  /// Some page that is in use is behind the end of the file.
  bool is_cut_off_ = false;
  std::map<host_number, stored_host> hosts_;
  std::map<host_number, coverage> found_;
  tick window_start_ = -1;
  host_number window_host_ = 0;
  uint32_t window_group_ = 0;
  std::vector<coverage_run> window_runs_;
  bool window_is_whole_ = true;
  journal_position journal_next_ = 0;
  journal_position newest_cursor_ = 0;
};

} // namespace

verify_report verify_store(const store_file& store, const fault_sink& faults) {
  verify_report report;
  fault_sink counting = [&](store_fault x) {
    ++report.faults;
    faults(std::move(x));
  };
  record_check{store, counting, report}.run();
  return report;
}

} // namespace tributary
