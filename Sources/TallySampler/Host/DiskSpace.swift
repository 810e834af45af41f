#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How full a file system is, in bytes.
struct DiskSpace: Equatable, Sendable {
    let total: UInt64
    /// Also by what is kept for the superuser's own files, as `df` counts.
    let used: UInt64

    /// Nil where the numbers do not fit each other.
    init?(blocks: UInt64, freeBlocks: UInt64, blockSize: UInt64) {
        guard let total = checkedProduct(blocks, blockSize),
            let used = blocks.minus(freeBlocks).flatMap({ checkedProduct($0, blockSize) })
        else { return nil }
        self.total = total
        self.used = used
    }

    /// Asks the system, which may take any time.
    static func ofFileSystem(holding path: String) -> Result<DiskSpace?, KernelFile.Failure> {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return .failure(KernelFile.Failure(path: path, number: errno)) }
        return .success(
            DiskSpace(
                blocks: UInt64(status.f_blocks),
                freeBlocks: UInt64(status.f_bfree),
                blockSize: UInt64(status.f_frsize)
            )
        )
    }
}
