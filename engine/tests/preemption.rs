//! How soon what must end ends, while hundreds of other sandboxes compute.

use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use wardian_engine::{CacheDirectory, CancelToken, Runtime, Sandbox};

const BUSY: &str = r#"(module (memory (export "memory") 1)
  (func (export "_start") (loop $on (br $on))))"#;

/// Far above what is measured on an idle machine (a few milliseconds), far below
/// what a turn after each of the others would take (a second).
const BOUND: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_and_a_cancel_are_kept_among_hundreds() {
    const OTHERS: usize = 400;
    let runtime = Runtime::builder()
        .processes(OTHERS as u32 + 10)
        .cache(CacheDirectory::of_user())
        .build()
        .unwrap();
    let wasm = wat::parse_str(BUSY).unwrap();
    let everything = CancelToken::new();
    let mut others = Vec::new();
    for _ in 0..OTHERS {
        let sandbox = Sandbox::builder(&runtime).build().unwrap();
        let exec = sandbox
            .run_module(wasm.clone(), ["busy"])
            .timeout(Duration::from_secs(60))
            .cancel(&everything);
        others.push(tokio::spawn(async move {
            let result = exec.await;
            (sandbox.processes(), result)
        }));
    }
    let mut late = Vec::new();
    for turn in 0..40 {
        let sandbox = Sandbox::builder(&runtime).build().unwrap();
        let exec = sandbox.run_module(wasm.clone(), ["busy"]);
        let start = Instant::now();
        let due = Duration::from_millis(20);
        let (result, since) = if turn % 2 == 0 {
            (exec.timeout(due).await.unwrap(), due)
        } else {
            let token = CancelToken::new();
            let exec = tokio::spawn(exec.cancel(&token).into_future());
            tokio::time::sleep(due).await;
            token.cancel();
            let cancelled = start.elapsed();
            (exec.await.unwrap().unwrap(), cancelled)
        };
        assert!(result.timed_out || result.cancelled);
        assert_eq!(sandbox.processes(), 0);
        late.push(start.elapsed().saturating_sub(since));
    }
    late.sort();
    println!(
        "late: median {:?}, p99 {:?}",
        late[late.len() / 2],
        late[late.len() - 1]
    );
    assert!(late[late.len() / 2] < BOUND, "{late:?}");
    everything.cancel();
    let start = Instant::now();
    for other in others {
        let (left, result) = other.await.unwrap();
        assert_eq!(left, 0);
        assert!(result.unwrap().cancelled);
    }
    println!("all ended after {:?}", start.elapsed());
}

/// Who awaits the exec has other things to do when its time is over.
#[tokio::test]
async fn a_timeout_does_not_wait_for_whoever_awaits_the_result() {
    let runtime = Runtime::builder()
        .processes(4)
        .cache(CacheDirectory::of_user())
        .build()
        .unwrap();
    let wasm = wat::parse_str(BUSY).unwrap();
    let sandbox = Sandbox::builder(&runtime).build().unwrap();
    let exec = sandbox.run_module(wasm, ["busy"]);
    let mut exec = Box::pin(exec.timeout(Duration::from_secs(2)).run());
    let mut cx = Context::from_waker(Waker::noop());
    // Until its module is compiled it has to be asked.
    while sandbox.processes() == 0 {
        assert!(exec.as_mut().poll(&mut cx).is_pending());
        std::thread::yield_now();
    }
    let start = Instant::now();
    while sandbox.processes() > 0 && start.elapsed() < Duration::from_secs(30) {
        std::thread::yield_now();
    }
    assert_eq!(sandbox.processes(), 0);
    let result = exec.await.unwrap();
    assert_eq!((result.exit_code, result.timed_out), (124, true));
}
