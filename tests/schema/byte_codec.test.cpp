#include "schema/byte_codec.hpp"

#include <catch2/catch.hpp>

#include <thread>

#include "tests/schema/random_seed.hpp"

using namespace tributary;

TEST_CASE("bytes come back from both codecs at every effort", "[schema]") {
  std::mt19937_64 engine{random_seed("bytes")};
  for (auto codec : {link_codec::lz4, link_codec::zstd})
    for (int effort = 1; effort <= (codec == link_codec::zstd ? 22 : 9);
         ++effort) {
      std::string raw(2000 + below(engine, 2000), '\0');
      for (auto& x : raw)
        x = static_cast<char>(below(engine, 4));
      std::string out = "before";
      REQUIRE(pack_bytes(codec, effort, raw, out));
      CHECK(out.size() < raw.size());
      CHECK(out.substr(0, 6) == "before");
      auto packed = out.substr(6);
      std::string back(raw.size(), '\0');
      CHECK(unpack_bytes(codec, packed, &back[0], back.size()));
      CHECK(back == raw);
      // Neither less nor more than it is.
      back.resize(raw.size() + 1);
      CHECK_FALSE(unpack_bytes(codec, packed, &back[0], raw.size() - 1));
      CHECK_FALSE(unpack_bytes(codec, packed, &back[0], raw.size() + 1));
      // Damage before it leaves no trace.
      CHECK_FALSE(unpack_bytes(codec, "garbage", &back[0], raw.size()));
      CHECK(unpack_bytes(codec, packed, &back[0], raw.size()));
    }
}

TEST_CASE("noise is not packed", "[schema]") {
  std::mt19937_64 engine{1};
  for (auto codec : {link_codec::lz4, link_codec::zstd, link_codec::none})
    for (size_t size : {0u, 1u, 2u, 10u, 1000u}) {
      std::string raw(size, '\0');
      for (auto& x : raw)
        x = static_cast<char>(engine());
      std::string out = "before";
      CHECK_FALSE(pack_bytes(codec, 1, raw, out));
      CHECK(out == "before");
    }
}

TEST_CASE("threads have working memory of their own", "[schema]") {
  auto work = [] {
    std::string raw(50'000, 'a');
    for (int i = 0; i < 100; ++i)
      for (auto codec : {link_codec::lz4, link_codec::zstd}) {
        std::string packed;
        std::string back(raw.size(), '\0');
        if (!pack_bytes(codec, 1, raw, packed)
            || !unpack_bytes(codec, packed, &back[0], back.size())
            || back != raw)
          return false;
      }
    return true;
  };
  auto other_is_good = false;
  std::thread other{[&] {
    other_is_good = work();
  }};
  CHECK(work());
  other.join();
  CHECK(other_is_good);
}

TEST_CASE("codecs have words", "[schema]") {
  for (auto x : packing_codecs)
    CHECK(codec_of(to_string(x)) == x);
  CHECK_FALSE(codec_of("none"));
  CHECK_FALSE(codec_of("brotli"));
  CHECK(std::string{to_string(static_cast<link_codec>(9))} == "unknown");
}
