// What a simulation ends with when a promise was broken.
#pragma once

#include <stdexcept>
#include <string>

namespace gotong::simulation {

class Violation : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

inline void require(bool holds, const char* promise) {
    if (!holds) throw Violation(promise);
}

inline void require(bool holds, const char* promise, const std::string& where) {
    if (!holds) throw Violation(promise + (": " + where));
}

}  // namespace gotong::simulation
