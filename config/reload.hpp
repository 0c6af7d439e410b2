#pragma once

/// What a reload changes: the difference of the options in force and those that
/// the files say now, from the option table. Pure; the node applies it.

#include <string>
#include <vector>

#include "config/options.hpp"

namespace tributary {

/// One option that differs, or one GUID section that came or went.
struct option_change {
  /// Section, without its brackets; of a GUID section the first 8 characters
  /// and `...`, since its name may be a key.
  std::string section;
  /// Empty for a whole GUID section.
  std::string key;
  /// As they stand in files; empty where the value is a key.
  std::string before;
  std::string after;
  /// Whether it holds without a restart.
  bool reloadable = false;
};

/// `[logs] level: info, now debug`; a key is never in it.
std::string to_text(const option_change& x);

/// What differs between the options that a node runs with and others, in the
/// order of the table; the order of GUID sections does not count. Of the
/// directory of the configuration files itself nothing is said: a node can't be
/// told to look elsewhere.
std::vector<option_change> difference(const node_options& running,
                                      const node_options& wanted);

/// `running` with all that is reloadable taken from `wanted`: what the node
/// runs with from then on, so that what waits for a restart differs still.
node_options reloaded(const node_options& running, const node_options& wanted);

} // namespace tributary
