#include "config/compression.hpp"

#include <catch2/catch.hpp>

#include "config/admission.hpp"
#include "config/fault.hpp"
#include "config/option_kind.hpp"
#include "config/option_reader.hpp"

using namespace tributary;

namespace {

using codecs = std::vector<link_codec>;

const codecs both{link_codec::zstd, link_codec::lz4};

constexpr auto key_text = "11111111-2222-3333-4444-555555555555";
constexpr auto host_text = "66666666-7777-8888-9999-aaaaaaaaaaaa";

/// Options of a stream.conf, and the faults of it.
configuration stream_options(const std::string& text) {
  auto parsed = parse_ini("s.conf", text);
  REQUIRE(to_text(parsed.faults) == "");
  return read_options({{layer_kind::stream_conf, parsed.document}});
}

/// What the host of `host_text` gets that offers all.
std::string codec_of_host(const std::string& key_lines,
                          const std::string& machine_lines = {},
                          const codecs& offered = both) {
  std::string text = std::string{"["} + key_text
                     + "]\ntype = api\nenabled = yes\n" + key_lines + "["
                     + host_text + "]\ntype = machine\n" + machine_lines;
  auto read = stream_options(text);
  REQUIRE(to_text(read.faults) == "");
  admission rules{read.options.receiver, guid::from_words(1, 1)};
  auto verdict = rules.check({key_text, *guid::parse(host_text), "::1"});
  REQUIRE(verdict);
  return to_string(chosen_codec(verdict->compression, offered));
}

} // namespace

TEST_CASE("the child's preference holds unless the parent has one",
          "[config]") {
  CHECK(chosen_codec({}, both) == link_codec::zstd);
  CHECK(chosen_codec({}, {link_codec::lz4, link_codec::zstd})
        == link_codec::lz4);
  CHECK(chosen_codec({true, codecs{link_codec::lz4, link_codec::zstd}}, both)
        == link_codec::lz4);
  CHECK(chosen_codec({{}, codecs{link_codec::lz4}}, {link_codec::zstd})
        == link_codec::none);
  CHECK(chosen_codec({false, both}, both) == link_codec::none);
  CHECK(chosen_codec({}, {}) == link_codec::none);
  CHECK(chosen_codec({}, {link_codec::none}) == link_codec::none);
}

TEST_CASE("the section of a machine goes before that of its key", "[config]") {
  CHECK(codec_of_host("") == "zstd");
  CHECK(codec_of_host("enable compression = no\n") == "none");
  CHECK(codec_of_host("enable compression = no\n", "compression = yes\n")
        == "zstd");
  CHECK(codec_of_host("", "enable compression = no\n") == "none");
  CHECK(codec_of_host("compression algorithms order = lz4 zstd\n") == "lz4");
  CHECK(codec_of_host("compression algorithms order = lz4 zstd\n",
                      "compression algorithms order = zstd\n")
        == "zstd");
  CHECK(codec_of_host("compression algorithms order = auto\n", "",
                      {link_codec::lz4})
        == "lz4");
}

TEST_CASE("a sender says what it offers and how hard it tries", "[config]") {
  auto plain = stream_options("").options.sender;
  CHECK(plain.compression);
  CHECK(plain.codecs == both);
  auto some = stream_options("[stream]\nenable compression = no\n"
                             "compression algorithms order = lz4\n"
                             "zstd compression level = 22\n"
                             "lz4 compression acceleration = 9\n");
  CHECK(to_text(some.faults) == "");
  CHECK_FALSE(some.options.sender.compression);
  CHECK(some.options.sender.codecs == codecs{link_codec::lz4});
  CHECK(some.options.sender.zstd_level == 22);
  CHECK(some.options.sender.lz4_acceleration == 9);
  auto other = stream_options("[stream]\ncompression = off\n"
                              "compression level = 3\n");
  CHECK(to_text(other.faults) == "");
  CHECK_FALSE(other.options.sender.compression);
  CHECK(other.options.sender.zstd_level == 3);
}

TEST_CASE("an order of codecs is read as Netdata has it", "[config]") {
  codec_order_kind kind;
  CHECK(*kind.read("zstd lz4 brotli gzip") == both);
  CHECK(*kind.read("lz4  zstd") == codecs{link_codec::lz4, link_codec::zstd});
  for (auto& x : {both, codecs{link_codec::lz4}})
    CHECK(*kind.read(kind.write(x)) == x);
  auto words = [&](const char* text) {
    return detail_of(kind.read(text).error());
  };
  CHECK(words("zstd deflate") == "'deflate' is not one of: zstd, lz4");
  CHECK(words("lz4 lz4") == "lz4 is named twice");
  for (auto text : {"", "gzip", " "})
    CHECK(words(text)
          == "it names neither zstd nor lz4; 'enable compression = no' is for "
             "none");
}

TEST_CASE("a wrong value of compression is named", "[config]") {
  auto read = stream_options("[stream]\nenable compression = maybe\n"
                             "zstd compression level = 23\n"
                             "lz4 compression acceleration = 0\n");
  CHECK(read.faults.size() == 3);
  CHECK(to_text(read.faults).find("23 is not in 1 to 22") != std::string::npos);
}
