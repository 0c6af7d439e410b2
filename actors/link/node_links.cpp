#include "actors/link/node_links.hpp"

#include <algorithm>

namespace tributary {

namespace {

bool same_life(const link_greeting& x, const link_greeting& y) {
  return !x.boot.empty() && x.boot == y.boot;
}

bool drop(std::vector<uint64_t>& from, uint64_t link) {
  auto i = std::find(from.begin(), from.end(), link);
  if (i == from.end())
    return false;
  from.erase(i);
  return true;
}

} // namespace

std::string link_greeting::text() const {
  return hostname + " (" + address + ")";
}

node_links::steps node_links::greeted(link_id link, link_greeting who) {
  steps result;
  auto& of = nodes_[who.node];
  auto& greeting = links_[link] = std::move(who);
  if (of.holders.empty() || same_life(links_.at(of.holders.back()), greeting)) {
    of.holders.push_back(link);
    of.asked = 0;
    result.push_back({step::admit, link});
    // It lives, as it has just spoken: who waits for its silence is a clone.
    refuse_all(of, result);
    return result;
  }
  // One that gave up waiting and came again.
  auto before
      = std::find_if(of.waiting.begin(), of.waiting.end(), [&](link_id x) {
          return same_life(links_.at(x), greeting);
        });
  if (before != of.waiting.end()) {
    result.push_back({step::replace, *before, link});
    *before = link;
    return result;
  }
  of.waiting.push_back(link);
  if (of.asked == 0)
    ask(of, result);
  return result;
}

node_links::steps node_links::answered(link_id link) {
  steps result;
  if (auto of = end_question(link))
    refuse_all(*of, result);
  return result;
}

node_links::steps node_links::silent(link_id link) {
  steps result;
  auto of = end_question(link);
  if (of != nullptr && !of->waiting.empty())
    let_go(*of, link, true, result);
  return result;
}

node_links::steps node_links::ended(link_id link) {
  steps result;
  if (auto of = node_of(link)) {
    drop(of->waiting, link);
    let_go(*of, link, false, result);
    if (of->holders.empty())
      nodes_.erase(links_.at(link).node);
  }
  links_.erase(link);
  return result;
}

const link_greeting* node_links::find(link_id link) const {
  auto i = links_.find(link);
  return i == links_.end() ? nullptr : &i->second;
}

/// Null once no link holds it, as for one that was refused and has not ended.
node_links::node* node_links::node_of(link_id link) {
  auto known = links_.find(link);
  if (known == links_.end())
    return nullptr;
  auto i = nodes_.find(known->second.node);
  return i == nodes_.end() ? nullptr : &i->second;
}

/// The node that asked this link; null when it asks another one, or none.
node_links::node* node_links::end_question(link_id link) {
  auto of = node_of(link);
  if (of == nullptr || of->asked != link)
    return nullptr;
  of->asked = 0;
  return of;
}

/// The newest link of the life that is there; its answer counts for all.
void node_links::ask(node& of, steps& to) {
  of.asked = of.holders.back();
  to.push_back({step::ask, of.asked});
}

/// A holder has just shown that it lives.
void node_links::refuse_all(node& of, steps& to) {
  for (auto x : of.waiting)
    to.push_back({step::refuse, x, of.holders.back()});
  of.waiting.clear();
}

/// One holder less. While others of its life are there, they are asked;
/// else the first one that waits gets in.
void node_links::let_go(node& of, link_id link, bool is_silent, steps& to) {
  if (!drop(of.holders, link))
    return;
  if (of.asked == link)
    of.asked = 0;
  if (of.waiting.empty())
    return;
  if (!of.holders.empty()) {
    if (is_silent)
      to.push_back({step::replace, link, of.holders.back()});
    if (of.asked == 0)
      ask(of, to);
    return;
  }
  auto next = of.waiting.front();
  of.waiting.erase(of.waiting.begin());
  of.holders.push_back(next);
  of.asked = 0;
  if (is_silent)
    to.push_back({step::replace, link, next});
  to.push_back({step::admit, next});
  refuse_all(of, to);
}

} // namespace tributary
