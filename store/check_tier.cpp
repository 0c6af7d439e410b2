/// Blocks and pieces of the tiers 1 and 2: whether each decodes, lies on its
/// host's grid, and has points that slots can come to.

#include "store/tables.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

caf::error corrupt(std::string what) {
  return make_error(ec::corrupt, std::move(what));
}

/// Where blocks and pieces of a table begin, and how long they are.
tier_grid grid_of_table(lmdb::table_number table, const host_definition& host,
                        const tier_steps& steps) {
  auto tier = tier_of_table(table);
  auto result = grid_of(host, steps, tier);
  if (table == tables::pieces_of(tier)) {
    auto below = grid_of(host, steps, tier - 1);
    result.span = below.span;
    result.phase = below.phase;
  }
  return result;
}

caf::error check_grid(const tier_header& header, const tier_grid& grid) {
  if (header.step != grid.step)
    return corrupt("has points of " + std::to_string(header.step)
                   + " seconds, its host's are of "
                   + std::to_string(grid.step));
  if (grid.block_start(header.start) != header.start)
    return corrupt("begins where none of its host does");
  auto points_max = (grid.span + grid.step - 1) / grid.step;
  if (header.points > points_max)
    return corrupt("has " + std::to_string(header.points) + " points, "
                   + std::to_string(points_max) + " at most fit");
  return {};
}

caf::error check_points(const tier_table& points, const tier_chart& of) {
  for (size_t i = 0; i < of.columns.size(); ++i) {
    auto& x = of.columns[i];
    for (size_t at = 0; at < points.points(); ++at) {
      const char* why = nullptr;
      if (x.count[at] > points.step)
        why = "is of more slots than it has seconds";
      else if (x.count[at] != 0 && x.min[at] > x.max[at])
        why = "has a min above its max";
      if (why != nullptr)
        return corrupt("chart " + of.chart->id + " dimension "
                       + of.chart->dimensions[i].id + ": the point of "
                       + std::to_string(points.start + tick(at * points.step))
                       + " " + why);
    }
  }
  return {};
}

} // namespace

unsigned tier_of_table(lmdb::table_number table) {
  return table == tables::tier1 || table == tables::tier1_pieces ? 1u : 2u;
}

std::string charts_of(const layout& columns_of) {
  if (columns_of.charts.empty())
    return "no chart";
  return "charts " + columns_of.charts.front()->id + " to "
         + columns_of.charts.back()->id;
}

caf::error check_tier_group(lmdb::table_number table, std::string_view sealed,
                            const host_definition* host,
                            const tier_steps& steps, const layout& columns_of) {
  auto header = open_tier_header(sealed);
  if (!header)
    return header.error();
  tier_table points{header->start, header->step, header->points};
  if (auto error = open_tier_block(sealed, columns_of, {}, points))
    return corrupt(charts_of(columns_of) + ": " + words_of(error));
  if (host != nullptr && steps.tier1 != 0)
    if (auto error = check_grid(*header, grid_of_table(table, *host, steps)))
      return error;
  for (auto& x : points.charts)
    if (auto error = check_points(points, x.second))
      return error;
  return {};
}

} // namespace tributary
