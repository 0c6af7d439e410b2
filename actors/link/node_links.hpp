#pragma once

/// Which link of a node stays, when a second one says hello with the same
/// machine GUID: a child that was restarted or has lost its link must get in at
/// once, and a copy of its data directory must not. Several links of one life
/// of a process are its own affair: its hosts go to the one that offers them
/// last. Plain rules: hellos, answers and ends in, steps out; the listener does
/// them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schema/types.hpp"

namespace tributary {

/// What a hello says of its sender.
struct link_greeting {
  guid node;
  /// Random, of one life of the process. Empty: it does not tell.
  guid boot;
  std::string hostname;
  std::string address;

  /// `name (address)`, for people.
  std::string text() const;
};

class node_links {
public:
  /// A link, by whatever number the caller has for it.
  using link_id = uint64_t;

  struct step {
    enum what {
      /// The link is one of its node's from now on.
      admit,
      /// `other`, a newer one of its node, has taken its place: end it.
      replace,
      /// Find out whether its other end lives, then `answered` or `silent`.
      ask,
      /// It is of a clone: `other` has its node, and lives.
      refuse,
    };

    what kind;
    link_id link;
    /// 0 for `admit` and `ask`.
    link_id other = 0;

    friend bool operator==(const step& x, const step& y) {
      return x.kind == y.kind && x.link == y.link && x.other == y.other;
    }
  };

  using steps = std::vector<step>;

  /// A link has said hello, once.
  steps greeted(link_id link, link_greeting who);

  /// The other end of an `ask` lives.
  steps answered(link_id link);

  /// It does not.
  steps silent(link_id link);

  /// The link is no more, whatever was known of it.
  steps ended(link_id link);

  /// What the link said; null for one that is not known.
  const link_greeting* find(link_id link) const;

private:
  /// All links of one GUID; at least one holds it.
  struct node {
    /// Of one life, the newest last.
    std::vector<link_id> holders;
    /// The holder that is asked; 0: none.
    link_id asked = 0;
    /// Said hello while a holder was asked, in order.
    std::vector<link_id> waiting;
  };

  node* node_of(link_id link);
  node* end_question(link_id link);
  void ask(node& of, steps& to);
  void refuse_all(node& of, steps& to);
  void let_go(node& of, link_id link, bool is_silent, steps& to);

  std::map<link_id, link_greeting> links_;
  std::map<guid, node> nodes_;
};

} // namespace tributary
