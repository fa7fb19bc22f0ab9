#include "coordinator/store/sqlite/examine.h"

#include "coordinator/store/sqlite/query.h"

namespace gotong::sqlite {
namespace {

constexpr std::size_t kMostOfARule = 10;  // One fault repeats: more lines tell no more.

// Each row of the query breaks the rule, and names what does. An id is spelled as people see it.
struct Rule {
    const char* fault;
    Sql query;
};

const Rule kIntegrity{
    "the database is damaged",
    "SELECT integrity_check FROM pragma_integrity_check(10) WHERE integrity_check <> 'ok'"};

// The postings of job j: by its id, or "id/n" when it was queued again. ('0' comes after '/'.)
#define OF_JOB "reference >= lower(hex(j.id)) AND reference < lower(hex(j.id)) || '0'"

const Rule kRules[] = {
    {"a row refers to one that is not there",
     "SELECT \"table\" || ', which refers to ' || \"parent\" FROM pragma_foreign_key_check"},

    {"a posting of the ledger does not sum to zero",
     "SELECT p.kind || ' ' || p.reference FROM posting p JOIN ledger_entry e ON e.posting = p.row "
     "GROUP BY p.row HAVING SUM(e.micro) <> 0"},
    {"a posting of the ledger has no entries",
     "SELECT p.kind || ' ' || p.reference FROM posting p "
     "WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.posting = p.row)"},
    {"a balance is not the sum of its entries",
     "SELECT account FROM (SELECT account, micro FROM ledger_balance "
     "UNION ALL SELECT account, -micro FROM ledger_entry) GROUP BY account HAVING SUM(micro) <> 0"},
    {"the balances together do not sum to zero",
     "SELECT total || ' micro-credits' FROM (SELECT SUM(micro) AS total FROM ledger_balance) "
     "WHERE total <> 0"},
    {"the credits held are not the price of the account's open jobs",
     "SELECT account FROM ("
     "SELECT 'creator/' || lower(hex(account)) || '/held' AS account, price AS micro "
     "FROM job WHERE state < 3 UNION ALL "
     "SELECT account, -micro FROM ledger_balance WHERE account LIKE 'creator/%/held') "
     "GROUP BY account HAVING SUM(micro) <> 0"},

    {"a job is done and was not paid",
     "SELECT lower(hex(id)) FROM job j WHERE state = 3 AND NOT EXISTS "
     "(SELECT 1 FROM posting WHERE kind = 'settle' AND " OF_JOB ")"},
    {"a job is not done and was paid",
     "SELECT lower(hex(id)) FROM job j WHERE state <> 3 AND EXISTS "
     "(SELECT 1 FROM posting WHERE kind = 'settle' AND " OF_JOB ")"},
    {"a job ended without a picture and its credits were not given back",
     "SELECT lower(hex(id)) FROM job j WHERE state > 3 AND NOT EXISTS "
     "(SELECT 1 FROM posting WHERE kind = 'release' AND " OF_JOB ")"},
    {"a job is done and has not exactly one accepted attempt",
     "SELECT lower(hex(id)) FROM job j WHERE state = 3 AND "
     "(SELECT COUNT(*) FROM attempt a WHERE a.job = j.id AND a.outcome = 'accepted') <> 1"},
    {"a job is not done and has an accepted attempt",
     "SELECT lower(hex(id)) FROM job j WHERE state <> 3 AND EXISTS "
     "(SELECT 1 FROM attempt a WHERE a.job = j.id AND a.outcome = 'accepted')"},
    {"a job is done and its statement is not among the accepted ones",
     "SELECT lower(hex(id)) FROM job WHERE state = 3 AND id NOT IN "
     "(SELECT job FROM accepted_statement)"},

    {"a counter of jobs is wrong",
     "SELECT 'state ' || state FROM (SELECT state, jobs FROM job_count "
     "UNION ALL SELECT state, -1 FROM job) GROUP BY state HAVING SUM(jobs) <> 0"},
    {"a worker's counter of accepted pictures is wrong",
     "SELECT lower(hex(id)) FROM (SELECT id, accepted FROM worker UNION ALL "
     "SELECT worker, -1 FROM attempt WHERE outcome = 'accepted') "
     "GROUP BY id HAVING SUM(accepted) <> 0"},
};

void apply(Database& database, const Rule& rule, std::vector<std::string>& faults) {
    Query query(database, rule.query);
    for (std::size_t found = 0; query.next(); ++found) {
        if (found == kMostOfARule) {
            faults.push_back(std::string(rule.fault) + ": and there are more");
            return;
        }
        faults.push_back(std::string(rule.fault) + ": " + query.take<std::string>());
    }
}

}  // namespace

std::vector<std::string> examine(Database& database) {
    std::vector<std::string> faults;
    apply(database, kIntegrity, faults);
    // Of damaged pages nothing else can be said.
    if (faults.empty()) {
        for (const Rule& rule : kRules) apply(database, rule, faults);
    }
    if (database.has_failed()) {
        faults.push_back("the database cannot be read: " + database.error()->message);
        database.forgive();
    }
    return faults;
}

}  // namespace gotong::sqlite
