#include "schema/run_unpacker.hpp"

#include <catch2/catch.hpp>

#include <zstd.h>

#include "schema/byte_codec.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/schema/run_examples.hpp"

/// What a stranger with a key may send instead of a run.

using namespace tributary;

namespace {

std::string body_with(size_t raw, std::string_view data) {
  const uint32_t head[]
      = {static_cast<uint32_t>(data.size()), static_cast<uint32_t>(raw)};
  return run_body(head, data);
}

/// As it is, without a codec.
std::string stored(const std::string& run) {
  return body_with(run.size(), run);
}

struct outcome {
  std::vector<link_message> messages;
  std::string fault;
};

outcome outcome_of(const std::string& body, link_codec codec) {
  run_unpacker unpacker{codec};
  outcome result;
  caf::error fault;
  result.messages = examples::received(unpacker, {body}, fault);
  result.fault = fault ? to_text(fault) : "";
  return result;
}

std::string fault_of(const std::string& body,
                     link_codec codec = link_codec::zstd) {
  return outcome_of(body, codec).fault;
}

/// One run of a whole lane.
std::string run_of(uint64_t seed, link_codec codec, size_t count = 20) {
  run_packer packer{codec, 1, link_run_bytes_max};
  for (auto& x : examples::lane_messages(seed, count))
    packer.add(x);
  return examples::bodies_of(packer.take()).at(0);
}

std::string packed(link_codec codec, const std::string& raw) {
  std::string result;
  REQUIRE(pack_bytes(codec, 1, raw, result));
  return result;
}

std::string content_of(const link_frame& x) {
  return describe(x.frame->header()).append(x.frame->payload());
}

std::string framed(const link_message& message) {
  std::string result;
  put_message(result, message);
  return result;
}

} // namespace

TEST_CASE("a run that is cut anywhere is refused", "[schema]") {
  for (auto codec : {link_codec::lz4, link_codec::zstd}) {
    auto body = run_of(3, codec, 5);
    auto data = body.substr(link_header_bytes);
    uint32_t raw = 0;
    memcpy(&raw, &body[4], 4);
    REQUIRE(raw > data.size()); // it was packed
    for (size_t n = 0; n < data.size(); ++n) {
      INFO(to_string(codec) << " cut to " << n);
      CHECK_FALSE(fault_of(body_with(raw, data.substr(0, n)), codec).empty());
    }
    // Without the codec: all in front of the cut is good, and nothing else.
    std::string run(raw, '\0');
    REQUIRE(unpack_bytes(codec, data, &run[0], raw));
    auto all = outcome_of(stored(run), codec).messages;
    for (size_t n = 1; n < run.size(); ++n) {
      INFO("cut to " << n);
      auto x = outcome_of(stored(run.substr(0, n)), codec);
      CHECK(x.messages.size() < all.size());
      for (size_t i = 0; i < x.messages.size(); ++i)
        CHECK(describe(x.messages[i]) == describe(all[i]));
    }
  }
}

TEST_CASE("no flipped bit of a run does harm", "[schema]") {
  for (auto codec : {link_codec::lz4, link_codec::zstd}) {
    auto body = run_of(4, codec, 5);
    auto all = outcome_of(body, codec).messages;
    for (size_t i = 0; i < body.size() * 8; ++i) {
      auto copy = body;
      copy[i / 8] = static_cast<char>(copy[i / 8] ^ (1 << (i % 8)));
      auto x = outcome_of(copy, codec);
      // No frame but a true one ever comes out: checksums cover the headers.
      for (auto& message : x.messages)
        if (auto frame = std::get_if<link_frame>(&message))
          CHECK(std::any_of(all.begin(), all.end(), [&](auto& y) {
            auto same = std::get_if<link_frame>(&y);
            return same && content_of(*same) == content_of(*frame);
          }));
    }
  }
}

TEST_CASE("a bomb is refused before it is unpacked", "[schema]") {
  std::string zeros(link_run_bytes_max, '\0');
  for (auto codec : {link_codec::lz4, link_codec::zstd}) {
    auto data = packed(codec, zeros);
    CHECK_THAT(fault_of(body_with(zeros.size(), data), codec),
               Catch::StartsWith("too_large: packed run: ")
                   && Catch::EndsWith(", a bomb"));
    // One that says less than it is.
    auto less = data.size() * link_run_ratio_max;
    CHECK(fault_of(body_with(less, data), codec)
          == std::string{"corrupt: packed run: damaged "} + to_string(codec));
  }
  CHECK_THAT(fault_of(body_with(link_run_bytes_max + 1, zeros)),
             Catch::StartsWith("too_large: packed run: "));
  CHECK_THAT(fault_of(body_with(0xffffffff, zeros)),
             Catch::StartsWith("too_large: packed run: "));
  CHECK_FALSE(fault_of(body_with(0, "x")).empty());
  CHECK_FALSE(fault_of(body_with(1, "xx")).empty());
  CHECK_FALSE(fault_of(body_with(1, "")).empty());
}

TEST_CASE("another codec and none are refused", "[schema]") {
  auto body = run_of(5, link_codec::zstd);
  CHECK(fault_of(body, link_codec::lz4) == "corrupt: packed run: damaged lz4");
  CHECK(fault_of(run_of(5, link_codec::lz4))
        == "corrupt: packed run: damaged zstd");
  CHECK(fault_of(body, link_codec::none)
        == "corrupt: packed run: it was not agreed on");
  CHECK(to_text(open_message(body).error())
        == "corrupt: link: a packed run, which was not agreed on");
}

TEST_CASE("zstd is one frame of its own, with nothing behind", "[schema]") {
  auto run = std::string(1, '\0') + framed(examples::messages()[7].message);
  run += run;
  auto data = packed(link_codec::zstd, run);
  REQUIRE(fault_of(body_with(run.size(), data)).empty());
  auto damaged = "corrupt: packed run: damaged zstd";
  // Behind it an empty frame, one that is skipped, and a byte.
  char empty[32];
  auto size = ZSTD_compress(empty, sizeof(empty), "", 0, 1);
  for (auto& rest :
       {std::string(empty, size), std::string("\x50\x2a\x4d\x18\0\0\0\0", 8),
        std::string("x")})
    CHECK(fault_of(body_with(run.size(), data + rest)) == damaged);
}

TEST_CASE("garbage in a run is refused", "[schema]") {
  auto seed = random_seed("garbage runs");
  std::mt19937_64 engine{seed};
  for (int i = 0; i < 2000; ++i) {
    std::string data(1 + below(engine, 200), '\0');
    for (auto& x : data)
      x = static_cast<char>(engine());
    for (auto codec : {link_codec::lz4, link_codec::zstd}) {
      CHECK_FALSE(fault_of(stored(data), codec).empty());
      auto raw = data.size() + below(engine, 1000);
      CHECK_FALSE(fault_of(body_with(raw, data), codec).empty());
    }
  }
}

TEST_CASE("a run holds frames and rosters alone", "[schema]") {
  for (auto& x : examples::messages()) {
    INFO(x.name);
    auto fault = fault_of(stored(std::string(1, '\0') + framed(x.message)));
    auto may = std::holds_alternative<link_frame>(x.message)
               || std::holds_alternative<link_roster>(x.message);
    CHECK(fault
          == (may ? ""
                  : "corrupt: packed run: it holds what travels outside "
                    "of runs"));
  }
  // Nor a run.
  auto inner = run_of(6, link_codec::zstd);
  auto head = inner.substr(4, 4) + inner.substr(4, 4);
  CHECK_FALSE(fault_of(stored(std::string(1, '\0') + head + inner)).empty());
}

TEST_CASE("a lean frame that follows none is refused", "[schema]") {
  // Channel 3, not a key, no flags; a checksum; one byte of payload.
  auto lean = std::string("\x80\x01", 2) + "abcd" + "\x01" + "p";
  CHECK(fault_of(stored(lean)) == "corrupt: packed run: a frame follows none");
  // Channel -1, a number of more than 63 bits, one that is too long.
  CHECK(fault_of(stored(std::string("\x10", 1) + "abcd" + "\x01" + "p"))
        == "corrupt: packed run: there is no such channel");
  CHECK(fault_of(stored(std::string(9, '\xff') + "\x01" + "abcdp"))
        == "corrupt: packed run: it ends within a number");
  CHECK(fault_of(stored(std::string("\x80\x81\x00", 3) + "abcdp"))
        == "corrupt: packed run: it ends within a number");
}

TEST_CASE("what takes the messages may end the run", "[schema]") {
  run_unpacker unpacker{link_codec::zstd};
  auto taken = 0;
  auto error = unpacker.unpack(run_of(7, link_codec::zstd), [&](auto&) {
    return ++taken == 3 ? make_error(ec::denied, "enough") : caf::error{};
  });
  CHECK(to_text(error) == "denied: enough");
  CHECK(taken == 3);
}
