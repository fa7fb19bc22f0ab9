// graphile-worker on PostgreSQL, asked as tests/bench/queue_table.py asks us.
//
//     node rival.mjs CONNECTION JOBS CALLERS BATCH
//
// CALLERS calls of addJob (BATCH = 1) or addJobs (BATCH jobs each) are under way at any time until
// JOBS jobs are in; then a worker with a concurrency of CALLERS does them all (with BATCH > 1: with
// a local queue and batched completions, as its own benchmark has them). Prints the seconds that
// each took.
import { createRequire } from "node:module";
import path from "node:path";

const installed = createRequire(path.resolve(process.env.GRAPHILE, "package.json"));
const { Logger, makeWorkerUtils, run, runMigrations } = installed("graphile-worker");

const [connectionString, ...numbers] = process.argv.slice(2);
const [jobs, callers, batch] = numbers.map(Number);
const logger = new Logger(() => () => {});
const common = { connectionString, maxPoolSize: callers + 2, logger };

const seconds = async (work) => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

async function putIn() {
  const utils = await makeWorkerUtils(common);
  let left = jobs;
  const caller = async () => {
    while (left > 0) {
      left -= batch;
      const payload = { id: left };
      if (batch === 1) await utils.addJob("nothing", payload);
      else await utils.addJobs(Array.from({ length: batch }, () => ({ identifier: "nothing", payload })));
    }
  };
  const spent = await seconds(() => Promise.all(Array.from({ length: callers }, caller)));
  await utils.release();
  return spent;
}

async function getOut() {
  let done = 0;
  let allDone;
  const finished = new Promise((resolve) => (allDone = resolve));
  const batched = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const preset = { worker: { connectionString, concurrentJobs: callers, maxPoolSize: callers + 2, logger } };
  if (batch > 1) Object.assign(preset.worker, batched);
  const taskList = { nothing: async () => { if (++done === jobs) allDone(); } };
  let runner;
  const spent = await seconds(async () => {
    runner = await run({ preset, taskList, noHandleSignals: true });
    await finished;
    await runner.stop(); // Its last completions are in the database then.
  });
  return spent;
}

await runMigrations(common);
console.log((await putIn()).toFixed(4), (await getOut()).toFixed(4));
process.exit(0);
