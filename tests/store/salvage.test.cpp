#include <catch2/catch.hpp>

#include "store/salvage.hpp"
