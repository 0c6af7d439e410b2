#pragma once

/// Columns of blocks that version 1 sealed, which only read them: residuals
/// are zigzag varints, gaps bitmaps. docs/format.md draws them.

#include "store/column.hpp"

namespace tributary {

/// Like `get_column`. Bytes behind the column are no matter, as the blocks of
/// version 1 say only where columns begin.
bool get_column_v1(const uint8_t* at, const uint8_t* end,
                   const std::vector<uint64_t>& covered, uint16_t slots,
                   window_column& to);

} // namespace tributary
