#pragma once

/// Where a store in RAM rests: a folder of the node's own in a file system in
/// memory. The memory is free when the node is gone, whatever ended it; of one
/// that was killed the empty folder stays until its next start. Two nodes of
/// one GUID refuse each other.

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

#include "schema/types.hpp"

namespace tributary {

class memory_folder {
public:
  /// The file system in memory of a Linux machine.
  static constexpr const char* usual_base = "/dev/shm";

  /// Makes the folder, or empties the one that a node left which is gone.
  /// Yields `ec::already_running` while a node of this GUID has it, and
  /// `ec::file_unusable` where there is no such file system or somebody else
  /// has a folder of that name.
  static caf::expected<memory_folder>
  open(const guid& node, const std::string& base = usual_base);

  memory_folder(memory_folder&& other) noexcept;
  memory_folder& operator=(memory_folder&&) = delete;

  /// Removes the folder and what is in it.
  ~memory_folder();

  std::string store_path() const {
    return path_ + "/store.mdb";
  }

  /// What a store may take here, MiB: `wanted`, but half of what is free, so
  /// that others who use this memory find some. Yields `ec::file_unusable`
  /// when that is less than `room_min_mib`.
  caf::expected<uint64_t> room_mib(uint64_t wanted) const;

  static constexpr uint64_t room_min_mib = 16;

private:
  memory_folder(std::string path, int lock)
      : path_(std::move(path)), lock_(lock) {
    // nop
  }

  void clear() const;
  caf::error make_file();

  std::string path_;
  int lock_ = -1;
  int file_ = -1;
};

} // namespace tributary
