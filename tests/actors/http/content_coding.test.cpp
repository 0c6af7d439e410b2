#include "actors/http/content_coding.hpp"

#include <random>

#include <catch2/catch.hpp>
#include <zlib.h>

using namespace tributary;

namespace {

std::string unpacked(const std::string& packed, size_t size) {
  std::string result(size + 1, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  inflateEnd(&stream);
  return result;
}

std::string field(const http_response& from, const std::string& name) {
  std::string result;
  for (auto& [key, value] : from.headers)
    if (key == name)
      result += result.empty() ? value : "," + value;
  return result;
}

http_response answer(std::string type, std::string body) {
  http_response result;
  result.content_type = std::move(type);
  result.body = std::move(body);
  return result;
}

} // namespace

TEST_CASE("gzip is taken where a client weighs it so", "[http]") {
  for (auto yes :
       {"gzip", "GZip", "x-gzip", "deflate, gzip;q=1.0, *;q=0.5", "*",
        "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip ; q=0.001", "*;q=0, gzip",
        "identity;q=0.5, gzip;q=0.5", "gzip;level=1;q=0.3", "gzip;q=1.000"}) {
    INFO(yes);
    CHECK(accepts_gzip(yes));
  }
  for (auto no : {"", "identity", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0",
                  "gzip;q=0, *", "gzip;q=x", "gzip;q=", "gzip;q=2", "gzip;q=-1",
                  "gzip;q=1.5", "gzip;q=0.0001", "gzi", "gzipp", ",,;;",
                  "identity;q=1, gzip;q=0.5", "gzip;q=1e3"}) {
    INFO(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}

TEST_CASE("what is packed is what comes out", "[http]") {
  std::mt19937 random{1};
  for (size_t size : {0, 1, 1000, 70'000, 1'000'000}) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i)
      bytes += static_cast<char>(random() % (size % 3 == 0 ? 256 : 8));
    for (int level : {1, 9})
      CHECK(unpacked(gzip(bytes, level), size) == bytes);
  }
}

TEST_CASE("answers are compressed where it pays", "[http]") {
  std::string text(5000, 'a');
  auto x = answer("application/json", text);
  x.headers.emplace_back("ETag", "\"a\"");
  encode(x, "gzip");
  CHECK(field(x, "Content-Encoding") == "gzip");
  CHECK(field(x, "Vary") == "Accept-Encoding");
  CHECK(field(x, "ETag") == "W/\"a\"");
  CHECK(unpacked(x.body, text.size()) == text);
  auto again = x;
  encode(again, "gzip");
  CHECK(again.body == x.body);
  CHECK(again.headers == x.headers);
}

TEST_CASE("other answers stay as they are", "[http]") {
  std::string text(5000, 'a');
  auto plain = answer("text/csv; charset=utf-8", text);
  encode(plain, "br");
  CHECK(plain.body == text);
  CHECK(field(plain, "Vary") == "Accept-Encoding");
  auto picture = answer("image/png", text);
  encode(picture, "gzip");
  CHECK(picture.body == text);
  CHECK(picture.headers.empty());
  auto shortest = answer("application/json", std::string(1023, 'a'));
  encode(shortest, "gzip");
  CHECK(shortest.body.size() == 1023);
  CHECK(field(shortest, "Content-Encoding").empty());
}
