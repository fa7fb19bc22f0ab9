#include "coordinator/store/memory/tables.h"

namespace gotong::store {

void Journal::undo() {
    while (!undo_.empty()) {
        undo_.back()();
        undo_.pop_back();
    }
}

}  // namespace gotong::store
