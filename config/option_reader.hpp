#pragma once

/// Turns parsed documents into options, by the option table. Pure: opens no
/// file. Nothing is ever half applied by a caller: with a fault the options
/// are for checks and dumps only.

#include <vector>

#include "config/fault.hpp"
#include "config/ini.hpp"
#include "config/option_table.hpp"
#include "config/options.hpp"

namespace tributary {

/// Where a layer's lines come from, which decides what may stand in it.
enum class layer_kind : uint8_t {
  /// The file `tributary.conf`; sections of `stream.conf` are faults.
  tributary_conf = 0,
  /// The file `stream.conf`, the other way round.
  stream_conf = 1,
  /// `--set` and flags: all sections, `_` for a space in a key.
  command_line = 2,
};

/// One document; a later layer goes before an earlier one.
struct config_layer {
  layer_kind kind = layer_kind::tributary_conf;
  ini_document document;
};

/// The options and all that is wrong with them.
struct configuration {
  node_options options;
  /// In no certain order, at most 1,001; empty when the options may be used.
  std::vector<fault> faults;
  /// What is allowed and most likely not meant, for the log.
  std::vector<fault> notices;
};

/// Applies `layers` in order over the defaults and checks what must fit
/// together.
configuration read_options(const std::vector<config_layer>& layers);

} // namespace tributary
