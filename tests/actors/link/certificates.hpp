#pragma once

/// Certificates that a test makes as it needs them, good and bad, with keys on
/// P-256, as files of PEM.

#include <memory>
#include <string>
#include <vector>

#include "tests/store/store_examples.hpp"

namespace tributary::examples {

struct certificate_wish {
  std::string name;
  /// DNS names, or addresses.
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
  /// From now, seconds.
  long begins_s = -3600;
  long ends_s = 3600;
};

struct certificate_files {
  std::string certificate;
  std::string key;
};

/// An authority in a folder of its own.
class test_authority {
public:
  explicit test_authority(const std::string& name);
  ~test_authority();

  /// Its own certificate.
  std::string file() const;

  certificate_files issue(const certificate_wish& wish);

  /// The same signed by itself.
  certificate_files self_signed(const certificate_wish& wish);

  /// A path in its folder.
  std::string path(const std::string& name) const {
    return folder_.file(name);
  }

private:
  struct pair;

  temporary_directory folder_;
  std::unique_ptr<pair> own_;
  int count_ = 0;
};

} // namespace tributary::examples
