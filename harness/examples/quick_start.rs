//! The README's library example.

#[tokio::main]
async fn main() -> Result<(), wardian::Error> {
    let runtime = wardian::Runtime::builder()
        .cache(wardian::CacheDirectory::of_user())
        .build()?;
    let sandbox = wardian::Sandbox::builder(&runtime)
        .tools(&wardian::tools())
        .file("/home/user/fruit", "pear\nfig\napple\n")
        .build()?;

    let result = sandbox.exec("sort fruit | tee sorted | wc -l").await?;
    assert_eq!(result.stdout, b"3\n");
    assert_eq!(sandbox.fs().read("sorted")?, b"apple\nfig\npear\n");

    let attempt = sandbox.fork(); // constant time, whatever the sandbox holds
    attempt.exec("rm fruit sorted").await?;
    assert!(sandbox.fs().exists("fruit"));

    print!("{}", result.stdout_text());
    Ok(())
}
