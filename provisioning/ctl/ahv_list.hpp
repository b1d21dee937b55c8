#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "identity/ahv_number.hpp"

namespace portal::ctl {

/// An AHV number as it was given on the command line; the first line of standard input for "-",
/// where no process list shows it. Judged by whoever gets it.
std::string given_number(std::string given);

/// An AHV number of a list, and where it stands.
struct ListedNumber {
  std::int64_t line = 0;  ///< the first is 1
  AhvNumber ahv;
};

/// Why a line of a list is not one of a person.
struct ListFault {
  std::int64_t line = 0;
  std::string detail;  ///< never repeats the number (requirement J4)
};

/// AHV numbers, one on each line, judged here: before anything is done to anybody, all faults are
/// known. A byte order mark, empty lines and a first line "ahv_number" are passed over. A number
/// that comes twice is a fault: of two letters, the first would be dead.
struct AhvList {
  std::vector<ListedNumber> numbers;
  std::vector<ListFault> faults;

  static AhvList read(std::istream& in);
};

}  // namespace portal::ctl
