#include "tests/schema/describe.hpp"

#include <sstream>

namespace tributary {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (auto c : text)
    if (c >= ' ' && c <= '~' && c != '\'')
      result += c;
    else
      result += '#' + std::to_string(static_cast<unsigned char>(c)) + ';';
  return result + "'";
}

struct message_text {
  std::ostringstream& out;

  void operator()(const link_hello& x) {
    out << "hello " << x.version_min << ' ' << x.version_max << ' '
        << to_string(x.node) << ' ' << to_string(x.boot) << ' '
        << quoted(x.api_key) << ' ' << quoted(x.hostname) << ' '
        << quoted(x.program);
    for (auto codec : x.codecs)
      out << ' ' << to_string(codec);
    if (x.wishes != 0)
      out << " wishes " << x.wishes;
  }

  void operator()(const link_welcome& x) {
    out << "welcome " << x.version << ' ' << to_string(x.node) << ' '
        << quoted(x.hostname) << ' ' << to_string(x.durability) << ' '
        << x.credit_bytes << ' ' << x.ping_ms << ' ' << quoted(x.program) << ' '
        << to_string(x.codec) << ' ' << int{x.run_bytes_log};
    if (x.newest != 0)
      out << " newest " << x.newest;
    if (x.knows != 0)
      out << " knows " << x.knows;
    if (x.replication_step_s != 0)
      out << " step " << x.replication_step_s;
  }

  void operator()(const link_refuse& x) {
    out << "refuse " << to_string(x.reason) << ' ' << quoted(x.detail);
  }

  void operator()(const link_host_open& x) {
    out << "hostOpen " << x.channel << ' ' << describe(x.host);
    for (auto& node : x.path)
      out << ' ' << to_string(node);
    out << (x.reopened ? " reopened" : "");
    out << (x.online ? " online " : " offline ") << quoted(x.why);
  }

  void operator()(const link_host_state& x) {
    out << "hostState " << x.channel << (x.online ? " online " : " offline ")
        << quoted(x.why);
  }

  void operator()(const link_host_accept& x) {
    out << "hostAccept " << x.channel << ' ' << describe(x.coverage);
    if (x.wanted_since != 0)
      out << " since " << x.wanted_since;
  }

  void operator()(const link_host_refuse& x) {
    out << "hostRefuse " << x.channel << ' ' << to_string(x.reason);
  }

  void operator()(const link_host_close& x) {
    out << "hostClose " << x.channel << ' ' << to_string(x.reason);
  }

  void operator()(const link_roster& x) {
    out << "roster " << x.channel << ' ' << describe(x.run);
  }

  void operator()(const link_layout& x) {
    out << "layout " << x.channel << ' ' << quoted(x.sealed);
  }

  void operator()(const link_frame& x) {
    out << "frame " << x.channel << ' ' << x.number << ' '
        << quoted(x.frame->sealed());
  }

  void operator()(const link_block& x) {
    out << "block " << x.channel << ' ' << x.number << ' ' << x.group << '/'
        << x.group_count << ' ' << quoted(x.sealed);
  }

  void operator()(const link_ack& x) {
    out << "ack " << x.live << ' ' << x.history;
  }

  void operator()(const link_need_key& x) {
    out << "needKey " << x.channel << ' ' << x.tick;
  }

  void operator()(const link_ping& x) {
    out << "ping " << x.cookie;
  }

  void operator()(const link_pong& x) {
    out << "pong " << x.cookie;
  }

  void operator()(const link_bye& x) {
    out << "bye " << to_string(x.reason);
  }

  void operator()(const link_drain& x) {
    out << "drain" << (x.stays ? " stays" : "") << (x.ended ? " ended" : "");
  }

  void operator()(const link_request& x) {
    out << "request " << x.id << ' ' << x.wait_ms << ' '
        << static_cast<int>(x.kind);
    for (auto& node : x.via)
      out << ' ' << to_string(node);
    for (auto& node : x.path)
      out << " /" << quoted(node);
    for (auto& word : x.words)
      out << ' ' << quoted(word);
  }

  void operator()(const link_more&) {
    out << "more";
  }

  void operator()(const link_cancel& x) {
    out << "cancel " << x.id;
  }

  void operator()(const link_reply& x) {
    out << "reply " << x.id << ' ' << x.more << ' ' << quoted(x.piece);
  }
};

} // namespace

std::string describe(const chart& x) {
  std::ostringstream out;
  out << quoted(x.id) << ' ' << quoted(x.name) << ' ' << quoted(x.context)
      << ' ' << quoted(x.family) << ' ' << quoted(x.title) << ' '
      << quoted(x.units) << ' ' << to_string(x.type) << ' ' << x.priority << ' '
      << quoted(x.module) << ' ' << x.step;
  for (auto& d : x.dimensions)
    out << "\n  " << quoted(d.id) << ' ' << quoted(d.name) << ' '
        << to_string(d.algorithm) << ' ' << d.multiplier << '/' << d.divisor
        << (d.hidden ? " hidden" : "");
  return out.str();
}

std::string describe(const std::vector<chart_ptr>& x) {
  std::string result;
  for (auto& chart : x)
    result += describe(*chart) + '\n';
  return result;
}

std::string describe(const host_definition& x) {
  std::ostringstream out;
  out << to_string(x.id) << ' ' << quoted(x.hostname) << ' ' << x.epoch << ' '
      << to_string(x.boot) << ' ' << x.window_seconds << ' ' << x.group_columns;
  for (auto& pair : x.info)
    out << ' ' << quoted(pair.first) << '=' << quoted(pair.second);
  return out.str();
}

std::string describe(const roster_run& x) {
  return std::to_string(x.epoch) + ' ' + std::to_string(x.first_chart) + '\n'
         + describe(x.charts);
}

std::string describe(const frame_header& x) {
  std::ostringstream out;
  out << "tick " << x.tick << " base " << x.base_tick << " epoch " << x.epoch
      << " columns " << x.columns << " part " << x.part << " flags " << x.flags;
  return out.str();
}

std::string describe(const frame_row& x) {
  std::ostringstream out;
  for (size_t i = 0; i < x.values.size(); ++i) {
    if (!bit_at(x.present, i))
      out << (x.values[i] == 0 ? "-" : "absent but not 0");
    else
      out << x.values[i];
    if (!x.estimated.empty() && bit_at(x.estimated, i))
      out << '~';
    out << ' ';
  }
  for (auto& raw : x.raw)
    out << "raw " << raw.column << '=' << raw.value << ' ';
  return out.str();
}

std::string describe(const coverage& x) {
  std::ostringstream out;
  for (auto& run : x.runs())
    out << run.from << ".." << run.to << '@' << run.epoch << ' ';
  return out.str();
}

std::string describe(const link_message& x) {
  std::ostringstream out;
  std::visit(message_text{out}, x);
  return out.str();
}

} // namespace tributary
