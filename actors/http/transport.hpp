#pragma once

/// What a connection needs of the world: bytes, one alarm, and a way onto the
/// loop's thread. Plain TCP implements it in server.cpp; TLS will beside it.
/// No networking type shows here, so connections can be driven by tests.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tributary {

/// One client's byte stream. Used on the loop's thread only. Callbacks run
/// there too, never inside the call that they were given to, and all of them
/// run: with false once the transport is closed. The alarm alone is forgotten.
class http_transport {
public:
  using io_callback = std::function<void(bool ok, size_t bytes)>;

  virtual ~http_transport() = default;

  /// Numeric address of the client, without a port.
  virtual std::string peer_address() const = 0;

  /// Gets ready for reading and writing.
  virtual void handshake(std::function<void(bool ok)> done) = 0;

  /// Reads at least one byte into memory that lives until `done` runs; false
  /// at the end of the stream. One read at a time.
  virtual void read(char* to, size_t bytes_max, io_callback done) = 0;

  /// Writes all of both parts, whose memory lives until `done` runs. One write
  /// at a time.
  virtual void write(std::string_view first, std::string_view second,
                     io_callback done)
      = 0;

  /// Tells the client that nothing more comes; reading goes on.
  virtual void shutdown_write() = 0;

  /// Ends both directions and disarms. May be called again.
  virtual void close() = 0;

  /// Replaces the alarm.
  virtual void arm(std::chrono::milliseconds after, std::function<void()> ring)
      = 0;

  virtual void disarm() = 0;
};

/// The way onto the loop's thread; outlives the loop.
class http_loop {
public:
  virtual ~http_loop() = default;

  /// Runs `task` on the loop's thread, soon and in order. Called from any
  /// thread; false, and the task is dropped, once the loop has ended.
  virtual bool post(std::function<void()> task) = 0;
};

} // namespace tributary
