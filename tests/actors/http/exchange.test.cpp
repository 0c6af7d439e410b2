#include "actors/http/exchange.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

struct recorder final : exchange_sink {
  explicit recorder(std::vector<http_response>& answers) : answers(answers) {}

  void answer(http_response response) override {
    answers.push_back(std::move(response));
  }

  std::shared_ptr<stream_sink> open_stream() override {
    return nullptr;
  }

  std::vector<http_response>& answers;
};

} // namespace

TEST_CASE("an exchange answers once, and 503 when nobody did", "[http]") {
  std::vector<http_response> answers;
  {
    exchange x{{}, std::make_unique<recorder>(answers)};
    x.respond({200, "text/plain", "a", {}});
    x.respond({200, "text/plain", "b", {}});
    CHECK(x.open_stream().closed());
  }
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].body == "a");
  answers.clear();
  { exchange x{{}, std::make_unique<recorder>(answers)}; }
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 503);
  REQUIRE(answers[0].headers.size() >= 1);
  CHECK(answers[0].headers[0].first == "Retry-After");
}

TEST_CASE("an event keeps to its lines", "[http]") {
  CHECK(to_event_text("tick", "5", "{}") == "event: tick\nid: 5\ndata: {}\n\n");
  CHECK(to_event_text("", "", "") == "data: \n\n");
  CHECK(to_event_text("a\nb", "1\r2", "x\ny\r\nz\rw")
        == "event: ab\nid: 12\ndata: x\ndata: y\ndata: z\ndata: w\n\n");
}
