#include "actors/observed.hpp"

namespace tributary {

std::shared_ptr<actor_figures>
actor_directory::add(uint64_t id, std::string name, std::string parent) {
  auto result = std::make_shared<actor_figures>();
  result->id = id;
  result->name = std::move(name);
  result->parent = std::move(parent);
  std::lock_guard<std::mutex> guard{mutex_};
  actors_[id] = result;
  return result;
}

void actor_directory::remove(uint64_t id) {
  std::lock_guard<std::mutex> guard{mutex_};
  actors_.erase(id);
}

std::vector<std::shared_ptr<const actor_figures>>
actor_directory::list() const {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<std::shared_ptr<const actor_figures>> result;
  for (auto& kvp : actors_)
    result.push_back(kvp.second);
  return result;
}

} // namespace tributary
