#include "tests/support/faults/fault.h"

namespace gotong::test {

Environment environment_of(const Fault& fault) {
    const char* kind = fault.kind == FaultKind::sync ? "GOTONG_FAULT_SYNC" : "GOTONG_FAULT_WRITE";
    Environment environment{{"LD_PRELOAD", GOTONG_FAULTS_LIBRARY},
                            {kind, std::to_string(fault.number)},
                            {"GOTONG_FAULT_MARK", fault.mark.string()}};
    if (!fault.arm.empty()) environment["GOTONG_FAULT_ARM"] = fault.arm.string();
    return environment;
}

}  // namespace gotong::test
