#pragma once

/// The store of a node: what is durable, and the one way to make more of it so.
/// Changes are staged in memory and written by `commit` in one transaction, so
/// no state between journal, blocks, cursors and trims ever exists on disk.
/// Owned by the writer; `environment` may be shared with readers.

#include <array>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "store/block.hpp"
#include "store/commit_report.hpp"
#include "store/forget.hpp"
#include "store/hot.hpp"
#include "store/layout_cache.hpp"
#include "store/let_go.hpp"
#include "store/lmdb.hpp"
#include "store/load.hpp"
#include "store/passing_host.hpp"
#include "store/preparation.hpp"
#include "store/records.hpp"
#include "store/retention.hpp"
#include "store/staged_window.hpp"
#include "store/store_options.hpp"
#include "store/tier_writer.hpp"
#include "store/unused_layouts.hpp"

namespace tributary {

/// Checks a received window (every group of one start and width, every block
/// decodes). Yields `ec::corrupt` or `ec::unknown_layout`.
caf::expected<received_window> check_window(const host_definition& host,
                                            std::vector<sealed_group> groups);

class store {
public:
  /// Opens or makes the store of `node` at `path`. Yields `ec::newer_format`
  /// (file untouched), `ec::already_running`, `ec::store_failed`,
  /// `ec::corrupt`.
  static caf::expected<std::unique_ptr<store>>
  open(const std::string& path, const guid& node, store_options options);

  /// Hosts as stored, by number.
  const std::map<host_number, stored_host>& hosts() const noexcept {
    return hosts_;
  }

  /// Hosts that are being forgotten, by number.
  const std::map<host_number, forgotten_host>& forgotten() const noexcept {
    return forgotten_;
  }

  /// Whether each commit, for whatever, has something of them to erase.
  bool is_forgetting() const noexcept;

  /// Number of that host, 0 when unknown.
  host_number number_of(const guid& host) const;

  /// Points that those of tiers 1 and 2 are of.
  const tier_steps& steps() const noexcept {
    return steps_;
  }

  /// Rosters of a host, all epochs that are kept.
  caf::expected<std::vector<roster_run>> rosters(host_number host) const;

  /// Calls `f` for each frame of the journal, in order. What `durable` says of
  /// the journal, and its trimming, begin with this.
  caf::error
  replay(const std::function<void(journal_position, const journal_item&)>& f);

  /// Position of the last durable item.
  journal_position journal_end() const noexcept {
    return journal_end_;
  }

  /// Position of the last item, durable or staged.
  journal_position staged_end() const noexcept {
    return journal_end_ + staged_items_.size();
  }

  /// What is durable of a host: blocks and journal.
  const coverage& durable(host_number host) const;

  const std::map<guid, subscriber>& subscribers() const noexcept {
    return subscribers_;
  }

  // -- staging ----------------------------------------------------------------

  /// Makes a host known or changes it; the number stays for good.
  /// @param key_mark see `stored_host`.
  host_number put_host(const host_definition& definition,
                       std::vector<guid> path, uint32_t key_mark = 0);

  /// Of a host that is known. False when it had that mark.
  bool put_key_mark(host_number host, uint32_t key_mark);

  /// Takes a host out for good, with what waits of it: nobody has it from the
  /// next commit on, and what is on disk goes with that and those that follow.
  /// A host of that guid that comes afterwards is another one.
  void forget(host_number host);

  /// Keeps the whole roster of an epoch beside the frames that need it.
  void put_roster(host_number host, const roster& whole);

  /// Whether that roster is on disk or will be with the next commit. Those that
  /// are not the newest of their host go when no frame of theirs is left.
  bool has_roster(host_number host, epoch_number epoch) const;

  /// Appends to the journal.
  void append(journal_item item);

  /// A window that ingest closed, to be made a block. All of its frames are
  /// appended already.
  /// @param is_ahead it comes before others that are open still.
  void put_closed(host_number host, closed_window_ptr window,
                  bool is_ahead = false);

  /// The clock was ahead: `to` is earlier than what has been closed.
  void move_back(host_number host, const closed_mark& to);

  /// A late row of a window that is a block already or on its way. It rests
  /// until no more come for the window, and the journal keeps what it can be
  /// read from. Where that is gone the row goes in the commit of its frame.
  void put_late(host_number host, late_row_ptr row);

  /// Late rows that rest are merged from now on.
  void end_rest();

  /// Whether there are late rows that are in no block.
  bool has_late() const noexcept {
    return late_bytes_ != 0 || !waiting_late_.empty();
  }

  /// Whether something should have gone with the last commit: anything but
  /// late rows that have room.
  bool is_behind() const noexcept;

  /// A window from a peer; `token` comes back once it is durable. `source` is
  /// owed nothing of it. One that is cut otherwise than the host's (its origin
  /// lost its store and came back with another option) is cut again.
  void put_received(host_number host, received_window window, uint64_t token,
                    const guid& source);

  /// Makes a subscriber known at the journal's end, or moves it up to
  /// `position`, never backwards and never beyond what is staged.
  void move_cursor(const guid& subscriber, journal_position position);

  void owe(const guid& subscriber, host_number host, const tick_set& ticks);
  void pay(const guid& subscriber, host_number host, tick_range ticks);

  /// Makes `to` stand where `from` stands, which is forgotten.
  caf::error inherit(const guid& from, const guid& to);

  // -- writing ----------------------------------------------------------------

  /// Erases the windows that nobody waits for, and the oldest of the own host
  /// beyond the bound; yields the number of ticks that are lost with those.
  caf::expected<int64_t> let_go(const release_rule& rule);

  /// Another retention; holds from the next commit on.
  void keep(const block_retention& tier0, further_retention further);

  /// Who gets a host from this node. Of one that is only passed on (see
  /// `further_retention`) the windows go with the commits after all of them
  /// have them, oldest first; what it covered stays known, so that nobody
  /// brings it again. None: that is not known, and all stays.
  void pass_to(host_number host, std::vector<guid> receivers);

  /// Ticks that a host covers and that nobody can be sent from here, since they
  /// were passed on and not kept.
  tick_set gone(host_number host) const;

  /// Whether there is anything to write or to prepare.
  bool has_work() const noexcept;

  /// Works on windows that wait, until about `samples_max` samples are done
  /// (the last piece, some hundred thousand at most, may go beyond). True while
  /// more can be prepared before the next commit. On an error all waits still.
  caf::expected<bool> prepare(size_t samples_max);

  /// Whether a block of tier 1 or 2 is due: each commit, for whatever, brings
  /// it a step further.
  bool has_tier_work() const noexcept {
    return tiers_.has_work();
  }

  /// Whether the next `commit_prepared` takes windows.
  bool has_prepared() const noexcept;

  /// Whether windows wait to be prepared, but for late rows that rest.
  bool has_unprepared() const noexcept;

  /// Items that wait for the next commit; the first is at `journal_end() + 1`.
  const std::vector<journal_item>& staged_items() const noexcept {
    return staged_items_;
  }

  /// First position that the journal still holds; 0 when it is empty.
  journal_position journal_first() const noexcept {
    return journal_.empty() ? 0 : journal_.front()->first;
  }

  size_t staged_bytes() const noexcept {
    return staged_bytes_;
  }

  /// Writes what is staged, but for windows that are not prepared, and trims.
  /// The journal goes up to the first late frame that can't rest in it. On an
  /// error all stays staged and prepared, and the store on disk is as before,
  /// but for the oldest blocks where the map, not the disk, is full: those go.
  /// @param now unix seconds, for retention.
  caf::expected<commit_report> commit_prepared(int64_t now);

  /// The same after as much preparation as one commit takes, however long that
  /// is: for a start and an end.
  caf::expected<commit_report> commit(int64_t now);

  const std::shared_ptr<lmdb::environment>& environment() const noexcept {
    return environment_;
  }

private:
  /// What the journal holds in one entry, to know when it may go.
  struct entry_summary {
    journal_position first = 0;
    journal_position count = 0;
    std::map<host_number, tick_set> ticks;
  };

  store() = default;

  caf::error load();
  caf::error upgrade();
  caf::error load_journal_end(const lmdb::transaction& txn);
  void add_entry(const journal_entry& entry);
  caf::error load_subscribers(const lmdb::transaction& txn);

  caf::error
  in_transaction(const std::function<caf::error(lmdb::transaction&)>& f);
  void on_failure(std::function<void()> undo);
  void keep_marks(host_number host);
  enum class ticks_of { blocks, blocks_and_journal };
  coverage& ticks(host_number host, ticks_of which);
  void add_ticks(host_number host, ticks_of which, const coverage_run& run);
  void drop_ticks(host_number host, tick_range range);
  void drop_ticks_before(host_number host, tick t);
  void keep_owed(const guid& subscriber, host_number host);
  void keep_whole_tokens(std::vector<uint64_t>& tokens);
  staged_window& new_window(host_number host, tick start);
  staged_window& joinable_window(host_number host, tick start);
  void add_late(host_number host, late_row_ptr row);
  bool has_late_room() const noexcept;
  bool can_be_read(const late_row& row) const noexcept;
  void age_late();
  journal_position kept_for_late(journal_position journal_end,
                                 std::set<host_number>& waiting) const;
  staged_window* next_to_prepare();
  void begin_preparation(staged_window& x);
  journal_position next_journal_end() const noexcept;

  caf::expected<commit_report> try_commit(int64_t now);
  void note_written(journal_position journal_end);
  bool is_closed(host_number host, const tick_set& ticks) const;
  caf::error make_room(unsigned tiers, int64_t now);

  caf::error write_all(lmdb::transaction& txn, int64_t now,
                       journal_position journal_end, commit_report& report);
  caf::error write_journal(lmdb::transaction& txn, journal_position journal_end,
                           commit_report& report);
  caf::error write_window(lmdb::transaction& txn, staged_window& x,
                          commit_report& report);
  void note_coverage(const staged_window& x, const prepared_window& written,
                     commit_report& report);
  caf::error put_groups(lmdb::transaction& txn, host_number host, tick start,
                        const std::vector<sealed_group>& groups,
                        commit_report& report);
  caf::expected<std::map<host_number, tick_set>>
  ticks_behind(const lmdb::transaction& txn, const entry_summary& entry,
               journal_position position) const;
  caf::error trim_journal(lmdb::transaction& txn, journal_position journal_end,
                          commit_report& report);
  caf::error trim_rosters(lmdb::transaction& txn);
  caf::error trim_blocks(lmdb::transaction& txn, int64_t now);
  void note_changed(host_number host);
  bool is_passed_on(host_number host);
  bool is_to_be_kept(const staged_window& x);
  bool is_awaited(host_number host, tick_range window) const;
  bool is_awaited_by(const subscriber& x, host_number host,
                     tick_range window) const;
  std::set<tick>& passing_windows(const stored_host& host);
  void note_passing(stored_host& host, const staged_window& x);
  void reconsider_unkept();
  caf::error trim_passed_on(lmdb::transaction& txn);
  caf::error trim_passed_host(lmdb::transaction& txn, host_number host,
                              size_t& budget);
  bool is_passed(journal_position last) const;
  std::map<host_number, tick> first_waiting(journal_position position) const;
  tick_range window_at(host_number host, tick start) const;
  int64_t lost_with(std::map<guid, subscriber>::iterator receiver,
                    host_number host, tick start);
  caf::error erase_window(lmdb::transaction& txn, host_number host, tick start);
  int64_t seconds_kept(const stored_host& host, unsigned tier);
  caf::error trim_host(lmdb::transaction& txn, stored_host& host, unsigned tier,
                       int64_t keep_from, size_t& budget);
  caf::error erase_oldest(lmdb::transaction& txn, unsigned tier, size_t count);
  caf::expected<size_t> erase_ahead(lmdb::transaction& txn, unsigned tier,
                                    size_t count, int64_t now);
  caf::error erase_some(lmdb::transaction& txn, unsigned tier, size_t count,
                        int64_t now);
  caf::error trim_unwanted(lmdb::transaction& txn, unsigned tier,
                           size_t& budget);
  caf::error trim_to_size(lmdb::transaction& txn, unsigned tier, int64_t now);
  caf::error write_hosts(lmdb::transaction& txn);
  void unstage(host_number number);
  caf::error write_forgotten(lmdb::transaction& txn);
  caf::error erase_forgotten(lmdb::transaction& txn);
  caf::error erase_next(lmdb::transaction& txn, host_number number,
                        forgotten_host& x, size_t& erases, size_t& looks);
  bool is_in_journal(host_number number) const;
  caf::error write_subscribers(lmdb::transaction& txn,
                               journal_position journal_end);
  void add_debts(const guid& source, host_number host, const tick_set& ticks,
                 commit_report& report);

  store_options options_;
  std::shared_ptr<lmdb::environment> environment_;

  // What is on disk.
  tier_steps steps_;
  std::map<host_number, stored_host> hosts_;
  std::map<guid, host_number> numbers_;
  std::map<host_number, forgotten_host> forgotten_;
  /// Highest that was ever given since the store was opened.
  host_number last_number_ = 0;
  std::map<host_number, coverage> durable_;
  std::map<guid, subscriber> subscribers_;
  std::map<host_number, std::set<epoch_number>> roster_epochs_;
  /// Last frame of each epoch, staged ones included; those that the journal
  /// held none of when it was read are not in here.
  std::map<std::pair<host_number, epoch_number>, journal_position> epoch_ends_;
  std::deque<std::shared_ptr<const entry_summary>> journal_;
  journal_position journal_end_ = 0;
  /// Whether `journal_` has all of it.
  bool is_replayed_ = false;

  // What waits for the next commit.
  std::vector<journal_item> staged_items_;
  std::list<staged_window> staged_windows_;
  /// Parts of received windows that are not written yet.
  std::map<uint64_t, size_t> parts_of_tokens_;
  // Those that more may join.
  std::map<std::pair<host_number, tick>, staged_window*> joinable_windows_;
  // Late rows beyond the bound, by position; the journal ends before them.
  std::deque<std::pair<host_number, late_row_ptr>> waiting_late_;
  size_t late_bytes_ = 0; // of the others
  std::map<host_number, late_chain> late_chains_;
  staged_window* in_preparation_ = nullptr;
  uint64_t last_order_ = 0;
  std::map<std::pair<host_number, epoch_number>, std::string> staged_rosters_;
  std::vector<host_number> dirty_hosts_;
  std::map<guid, std::vector<host_number>> dirty_subscribers_;
  size_t staged_bytes_ = 0;
  layout_cache layouts_;
  tier_writer tiers_;
  unused_layouts unused_;

  /// Of hosts that have receivers, and of those that are only passed on.
  std::map<host_number, passing_host> passing_;
  /// Which of them is looked at next.
  host_number next_passing_ = 0;

  /// What retention comes to, by host; looked up once.
  std::map<host_number, std::array<int64_t, tier_count>> seconds_kept_;

  // How to take back what a transaction changed in memory, last thing first.
  std::vector<std::function<void()>> undo_;
  bool is_in_transaction_ = false;

  // The free list is walked for the space check: not at every commit.
  unsigned commits_until_space_check_ = 0;
  size_t bytes_since_space_check_ = 0;
  bool crowded_ = false;
};

} // namespace tributary
