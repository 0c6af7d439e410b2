#pragma once

/// Makes the points of tiers 1 and 2. A window's points are written with it, as
/// a piece; once a block's time is over, its pieces become one block, in steps
/// that no commit is long for. All that is left to do is told by the pieces on
/// disk, so a crash loses nothing but work.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/tier_load.hpp"

namespace tributary {

class unused_layouts;

class tier_writer {
public:
  /// Finds the pieces that wait, which takes a walk over the keys of a few
  /// hours.
  /// @param tiers how many tiers are wanted, 1 to 3; those beyond are not made.
  void load(const lmdb::transaction& txn,
            const std::map<host_number, stored_host>& hosts,
            const tier_steps& steps, unsigned tiers, unused_layouts& unused);

  /// Writes the sealed points of a window, in the transaction that writes the
  /// window; earlier ones of it are replaced. Adds the bytes written.
  caf::error put_window(lmdb::transaction& txn, stored_host& host, tick start,
                        const std::vector<sealed_group>& points, size_t& bytes);

  /// Reads and packs the next few groups of a block that is due; before the
  /// transaction that writes.
  void prepare(const lmdb::transaction& txn, layout_cache& layouts,
               const std::map<host_number, stored_host>& hosts);

  /// Writes what is packed. The host whose record changed, if any, in
  /// `changed`.
  caf::error write(lmdb::transaction& txn,
                   std::map<host_number, stored_host>& hosts,
                   std::vector<host_number>& changed, size_t& bytes);

  /// What `write` wrote is committed. Groups that could not be read and went
  /// are added to `damaged`.
  void committed(const std::map<host_number, stored_host>& hosts,
                 std::vector<std::string>& damaged);

  /// Nothing is made of this host any more.
  void forget(host_number host);

  /// Whether a block is due: every commit brings it a step further.
  bool has_work() const noexcept {
    return job_.has_value() || is_due_;
  }

  /// The host that `write` may change the record of.
  std::optional<host_number> host_of_work() const {
    return job_ ? std::make_optional(std::get<2>(job_->name)) : std::nullopt;
  }

private:
  /// A block that pieces wait for.
  using block_name = std::tuple<unsigned, tick, host_number>;

  enum class stage { packing, writing, erasing };

  struct packing_job {
    block_name name;
    tier_grid grid;
    uint16_t group_columns = 0;
    stage at = stage::packing;
    /// Groups of the block and of the pieces, and what they hold.
    struct source_group {
      lmdb::table_number table;
      lmdb::key key;
      std::shared_ptr<const layout> columns_of;
    };
    std::vector<source_group> sources;
    /// Starts of the pieces.
    std::vector<tick> pieces;
    /// First and last chart of each group to be made.
    std::vector<std::pair<std::string, std::string>> plan;
    std::vector<sealed_group> groups;
    /// Points of the tier above.
    tier_table above;
    size_t pieces_erased = 0;
    std::vector<std::string> damaged;
  };

  /// Whether blocks of this tier have points in the next.
  bool makes_above(unsigned tier) const noexcept {
    return tier + 1 < tiers_;
  }

  void wait_for(unsigned tier, const tier_grid& grid, host_number host,
                tick start);
  void finish_step(std::vector<std::string>& damaged);
  const block_name* choose(const std::map<host_number, stored_host>& hosts);
  void begin(const block_name& name, const lmdb::transaction& txn,
             layout_cache& layouts, const stored_host& host);
  void pack_next(const lmdb::transaction& txn);
  caf::error write_block(lmdb::transaction& txn, stored_host& host,
                         size_t& bytes);
  caf::error erase_pieces(lmdb::transaction& txn);
  caf::error put_groups(lmdb::transaction& txn, lmdb::table_number table,
                        host_number host, tick start,
                        const std::vector<sealed_group>& groups, size_t& bytes);

  tier_steps steps_;
  unsigned tiers_ = tier_count;
  /// Told of the layouts of what is written.
  unused_layouts* unused_ = nullptr;
  layout_names names_;
  /// And the commit in which a piece came last.
  std::map<block_name, uint64_t> waiting_;
  std::optional<packing_job> job_;
  uint64_t commits_ = 0;
  bool is_due_ = false;
  /// A piece came for the block that is being made: it begins anew.
  bool is_stale_ = false;
  size_t erased_now_ = 0;
};

} // namespace tributary
