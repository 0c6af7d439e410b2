/// Every format says what the JSON of the same table says, whatever the table.

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <regex>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "actors/http/data_render.hpp"
#include "actors/http/time_text.hpp"

using namespace tributary;
using nlohmann::json;

namespace {

/// What stands in a table: its head and its rows as texts, a gap is empty.
struct cells {
  std::vector<std::string> labels;
  std::vector<std::vector<std::string>> rows;

  friend bool operator==(const cells& x, const cells& y) {
    return x.labels == y.labels && x.rows == y.rows;
  }
};

std::string text_of(const json& x) {
  return x.is_null() ? "" : x.is_string() ? x.get<std::string>() : x.dump();
}

std::vector<std::string> texts_of(const json& from) {
  std::vector<std::string> result;
  for (auto& x : from)
    result.push_back(text_of(x));
  return result;
}

cells of_json(const std::string& text) {
  cells result;
  auto all = json::parse(text);
  result.labels = texts_of(all["labels"]);
  for (auto& row : all["data"])
    result.rows.push_back(texts_of(row));
  return result;
}

cells of_json_rows(const std::string& text) {
  cells result;
  auto all = json::parse(text);
  result.labels = texts_of(all[0]);
  for (size_t i = 1; i < all.size(); ++i)
    result.rows.push_back(texts_of(all[i]));
  return result;
}

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> result(1);
  for (char c : text)
    if (c == separator)
      result.emplace_back();
    else
      result.back() += c;
  return result;
}

/// Numbers as JSON prints them, so that they compare as texts.
std::string same_number(const std::string& text) {
  return text.empty() || text.find(':') != std::string::npos
             ? text
             : json::parse(text).dump();
}

cells of_lines(const std::string& text, char separator, size_t skipped_lines) {
  cells result;
  auto lines = split_at(text, '\n');
  REQUIRE(lines.back().empty());
  result.labels = split_at(lines[0], separator);
  for (auto i = 1 + skipped_lines; i + 1 < lines.size(); ++i) {
    result.rows.push_back(split_at(lines[i], separator));
    for (auto& x : result.rows.back())
      x = same_number(x);
  }
  return result;
}

cells of_markdown(const std::string& text) {
  auto result = of_lines(text, '|', 1);
  auto trim = [](std::vector<std::string>& x) {
    REQUIRE((x.front().empty() && x.back().empty()));
    x.erase(x.begin());
    x.pop_back();
  };
  trim(result.labels);
  for (auto& row : result.rows)
    trim(row);
  return result;
}

cells of_html(const std::string& text) {
  cells result;
  std::regex row_of{"<tr>(.*)</tr>"};
  std::regex cell_of{"<t[hd]>([^<]*)</t[hd]>"};
  auto is_head = true;
  for (std::sregex_iterator i{text.begin(), text.end(), row_of}, end; i != end;
       ++i) {
    auto line = (*i)[1].str();
    std::vector<std::string> row;
    for (std::sregex_iterator k{line.begin(), line.end(), cell_of}; k != end;
         ++k)
      row.push_back(is_head ? (*k)[1].str() : same_number((*k)[1].str()));
    (is_head ? result.labels : row) = row;
    if (!is_head)
      result.rows.push_back(row);
    is_head = false;
  }
  return result;
}

cells of_objects(const std::string& text,
                 const std::vector<std::string>& labels) {
  cells result;
  result.labels = labels;
  for (auto& x : json::parse(text)) {
    REQUIRE(x.size() == labels.size());
    result.rows.emplace_back();
    for (auto& label : labels)
      result.rows.back().push_back(text_of(x.at(label)));
  }
  return result;
}

/// @param times of the JSON, for Google's have another form.
cells of_google(const std::string& text, const cells& plain,
                const std::vector<tick>& times) {
  cells result;
  auto all = json::parse(text);
  for (auto& x : all["cols"])
    result.labels.push_back(x["label"]);
  for (auto& row : all["rows"]) {
    auto at = result.rows.size();
    result.rows.emplace_back();
    for (auto& x : row["c"])
      result.rows.back().push_back(text_of(x["v"]));
    REQUIRE(at < plain.rows.size());
    char date[date_chars_max];
    CHECK(result.rows[at][0]
          == std::string(date, write_google_date(date, times[at])));
    result.rows[at][0] = plain.rows[at][0];
  }
  return result;
}

data_table random_table(std::mt19937_64& random) {
  data_table result;
  auto columns = random() % 5;
  auto rows = random() % 40;
  for (size_t i = 0; i < columns; ++i)
    result.labels.push_back("d" + std::to_string(i));
  auto at = static_cast<tick>(random() % 4'000'000'000);
  for (size_t i = 0; i < rows; ++i)
    result.times.push_back(at += 1 + static_cast<tick>(random() % 600));
  for (size_t i = 0; i < rows * columns; ++i) {
    auto whole = static_cast<double>(static_cast<int64_t>(random())
                                     >> (random() % 64));
    const double kinds[] = {std::numeric_limits<double>::quiet_NaN(),
                            0,
                            whole,
                            whole / 1000,
                            whole / 1e6,
                            whole / 7};
    result.values.push_back(kinds[random() % 6]);
  }
  return result;
}

/// What one value a row comes to, of the rows of the JSON.
std::vector<std::string> sums_of(const data_table& from, bool oldest_first) {
  std::vector<std::string> result;
  auto columns = from.labels.size();
  for (size_t row = 0; row < from.times.size(); ++row) {
    json sum;
    for (size_t i = row * columns; i < (row + 1) * columns; ++i)
      if (!std::isnan(from.values[i]))
        sum = (sum.is_null() ? 0.0 : sum.get<double>()) + from.values[i];
    result.push_back(sum.is_null() ? "null" : sum.dump());
  }
  if (!oldest_first)
    std::reverse(result.begin(), result.end());
  return result;
}

} // namespace

TEST_CASE("every format holds what JSON holds", "[http]") {
  auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (auto trial = 0; trial < 300; ++trial) {
    auto table = random_table(random);
    auto view = view_of(table);
    data_options options;
    options.oldest_first = random() % 2 == 0;
    options.dates = random() % 2 == 0;
    auto text = [&](data_format x) {
      return render_data(view, x, options);
    };
    auto plain = of_json(text(data_format::json));
    REQUIRE(plain.rows.size() == table.times.size());
    CHECK(text(data_format::jsonp) == text(data_format::json));
    CHECK(of_json_rows(text(data_format::csvjsonarray)) == plain);
    CHECK(of_markdown(text(data_format::markdown)) == plain);
    CHECK(of_html(text(data_format::html)) == plain);
    CHECK(of_lines(text(data_format::csv), ',', 0) == plain);
    CHECK(of_lines(text(data_format::tsv), '\t', 0) == plain);
    auto times = table.times;
    if (!options.oldest_first)
      std::reverse(times.begin(), times.end());
    CHECK(of_google(text(data_format::datatable), plain, times) == plain);
    CHECK(text(data_format::datasource) == text(data_format::datatable));
    auto sums = sums_of(table, options.oldest_first);
    std::vector<std::string> array;
    for (auto& x : json::parse(text(data_format::array)))
      array.push_back(x.is_null() ? "null" : x.dump());
    // Sums of many digits are rounded once on the way to a text and back.
    REQUIRE(array.size() == sums.size());
    for (size_t i = 0; i < sums.size(); ++i)
      CHECK((array[i] == sums[i]
             || json::parse(array[i]).get<double>()
                    == json::parse(sums[i]).get<double>()));
    CHECK("[" + text(data_format::ssvcomma) + "]" == text(data_format::array));
    auto spaced = text(data_format::ssv);
    std::replace(spaced.begin(), spaced.end(), ' ', ',');
    CHECK(spaced == text(data_format::ssvcomma));
    options.object_rows = true;
    CHECK(of_objects(text(data_format::json), plain.labels) == plain);
    options.google_table = true;
    CHECK(text(data_format::json) == text(data_format::datatable));
  }
}
