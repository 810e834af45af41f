#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The C library. No other file of the module imports it, so that differences between systems stay here.
package enum System {
    // MARK: Errors

    package static var lastError: Int32 { errno }

    package static func message(of error: Int32) -> String {
        unsafe strerror(error).map { unsafe String(cString: $0) } ?? "error \(error)"
    }

    package static let interrupted = EINTR
    static let invalidArgument = EINVAL
    static let isFolder = EISDIR
    static let tooManyLinks = ELOOP
    /// Once the subject is removed, reading an open file fails: `ENODEV` for a control group, `ESRCH` for a process.
    static let absent = [ENOENT, ENOTDIR, ENODEV, ESRCH]
    static let unsupported = [EOPNOTSUPP, ENOTSUP]
    static let forbidden = [EACCES, EPERM]
    /// The other end has closed the connection.
    package static let closedConnection = [EPIPE, ECONNRESET, ECONNABORTED, ENOTCONN]

    // MARK: Files

    static func openForReading(_ path: String) -> Int32 { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }

    static func createForWriting(_ path: String) -> Int32 {
        unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    }

    /// Makes a file readable by all users, regardless of the process's umask.
    static func makeReadable(_ file: Int32) -> Bool { fchmod(file, 0o644) == 0 }

    static func readBytes(_ file: Int32, into chunk: inout [UInt8]) -> Int {
        let count = chunk.count
        return unsafe read(file, &chunk, count)
    }

    package static func writeBytes(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int {
        unsafe write(file, bytes.baseAddress, bytes.count)
    }

    /// Writes a line to standard error. Best effort: does not retry after a partial write.
    package static func writeToStandardError(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { bytes in unsafe _ = writeBytes(UnsafeRawBufferPointer(bytes), to: STDERR_FILENO) }
    }

    static func flush(_ file: Int32) -> Bool { fsync(file) == 0 }
    @discardableResult
    static func closeFile(_ file: Int32) -> Bool { close(file) == 0 }
    static func remove(_ path: String) { unsafe _ = unlink(path) }
    static func move(_ path: String, to target: String) -> Bool { unsafe rename(path, target) == 0 }

    /// The status of a file, or nil if it cannot be read.
    package static func status(of path: String, followingLinks: Bool = true) -> FileStatus? {
        var status = stat()
        let result = followingLinks ? unsafe stat(path, &status) : unsafe lstat(path, &status)
        guard result == 0 else { return nil }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        return FileStatus(
            kind: kind,
            device: UInt64(truncatingIfNeeded: status.st_dev),
            number: UInt64(truncatingIfNeeded: status.st_ino),
            bytes: Int(clamping: status.st_size)
        )
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
    package static func canWrite(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }
    package static func canReadAndWrite(_ path: String) -> Bool { unsafe access(path, R_OK | W_OK) == 0 }

    /// The text of a symbolic link, or nil if it cannot be read.
    package static func destination(ofLink path: String) -> [UInt8]? {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = bytes.count
        let length = unsafe readlink(path, &bytes, count)
        if length == count { errno = ENAMETOOLONG }
        return length > 0 && length < count ? bytes.prefix(length).map { UInt8(bitPattern: $0) } : nil
    }

    /// The names in a folder, in no particular order, or nil if it cannot be read.
    package static func entries(of path: String) -> [(name: String, mayBeFolder: Bool)]? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe _ = closedir(folder) }
        var entries: [(name: String, mayBeFolder: Bool)] = []
        while let entry = unsafe readdir(folder) {
            let kind = unsafe Int(entry.pointee.d_type)
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            entries.append((name, kind == Int(DT_DIR) || kind == Int(DT_UNKNOWN)))
        }
        return entries
    }

    /// The status of the file system that holds a file, or nil on an error. Can hang, as on a network file system.
    package static func fileSystem(holding path: String) -> FileSystemStatus? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        return FileSystemStatus(
            blockSize: UInt64(status.f_frsize),
            blocks: UInt64(status.f_blocks),
            freeBlocks: UInt64(status.f_bfree),
            availableBlocks: UInt64(status.f_bavail)
        )
    }

    /// The maximum length in bytes of a Unix socket's path, without the NUL.
    package static let maxSocketPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    // MARK: The machine and the process

    /// The number of processors online.
    package static func processors() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
    /// The clock ticks per second in the counters of `/proc`.
    package static func clockTicks() -> Double { Double(max(1, sysconf(Int32(_SC_CLK_TCK)))) }
    static func pageSize() -> Double { Double(max(1, sysconf(Int32(_SC_PAGESIZE)))) }
    static var processID: Int { Int(getpid()) }

    package static func environment(_ key: String) -> String? { unsafe getenv(key).map { unsafe String(cString: $0) } }

    enum Resource { case memory, openFiles }

    /// The soft limit, which takes effect before the hard limit; nil if there is none.
    static func limit(of resource: Resource) -> Double? {
        var limit = rlimit()
        #if canImport(Darwin) || canImport(Musl)
        let number = resource == .openFiles ? RLIMIT_NOFILE : RLIMIT_AS
        #else
        let number = __rlimit_resource_t((resource == .openFiles ? RLIMIT_NOFILE : RLIMIT_AS).rawValue)
        #endif
        guard unsafe getrlimit(number, &limit) == 0, limit.rlim_cur != rlim_t.max else { return nil }
        return Double(limit.rlim_cur)
    }

    /// The CPU time of all threads in seconds, to the microsecond.
    static func usedSeconds() -> Double? {
        var usage = rusage()
        #if canImport(Darwin) || canImport(Musl)
        let status = unsafe getrusage(Int32(RUSAGE_SELF), &usage)
        #else
        let status = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        #endif
        guard status == 0, MemoryLayout<timeval>.size == 16 else { return nil }
        // `rusage` begins with two times, each 64 bits of seconds and 32 or 64 bits of microseconds. They are read by
        // offset, because the module that declares the members of `timeval` depends on the other imports.
        return unsafe withUnsafeBytes(of: usage) { bytes in
            let seconds = [0, 16].map { unsafe Double(bytes.load(fromByteOffset: $0, as: Int64.self)) }
            let microseconds = [8, 24].map { unsafe Double(bytes.load(fromByteOffset: $0, as: Int32.self)) }
            return seconds[0] + seconds[1] + (microseconds[0] + microseconds[1]) / 1e6
        }
    }

    // MARK: Memory

    /// Allocates zeroed memory that is released with ``release(_:)``.
    static func allocateZeroed(_ count: Int, size: Int) -> UnsafeMutableRawPointer? { unsafe calloc(count, size) }
    static func release(_ memory: UnsafeMutableRawPointer) { unsafe free(memory) }

    // MARK: Clocks

    static func timeOfDay() -> Double? {
        time(of: CLOCK_REALTIME).map { Double($0.seconds) + Double($0.nanoseconds) / 1e9 }
    }

    /// The time of a `ContinuousClock`, which also advances while the machine sleeps. Nil if there is no such clock.
    static func continuousNanoseconds() -> Int64? {
        #if canImport(Darwin)
        let clock = CLOCK_MONOTONIC_RAW
        #else
        let clock = CLOCK_BOOTTIME
        #endif
        return time(of: clock).map { $0.seconds &* 1_000_000_000 &+ $0.nanoseconds }
    }

    /// A timestamp that changes every few milliseconds, read in a few nanoseconds; nil if there is no such clock.
    @inline(__always)
    static func coarseStamp() -> UInt64? {
        #if canImport(Darwin)
        nil
        #else
        time(of: CLOCK_MONOTONIC_COARSE).map {
            UInt64(truncatingIfNeeded: $0.seconds &* 1_000_000_000 &+ $0.nanoseconds)
        }
        #endif
    }

    @inline(__always)
    private static func time(of clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64)? {
        unsafe withWords { time, words in
            unsafe clock_gettime(clock, time) == 0 ? unsafe (words[0], words[1]) : nil
        }
    }

    /// Runs `body` with a `timespec` as two words, seconds and nanoseconds, because the module that declares the
    /// members of `timespec` depends on the other imports.
    @inline(__always)
    fileprivate static func withWords<Result>(
        _ body: (UnsafeMutablePointer<timespec>, UnsafeMutablePointer<Int64>) -> Result?
    ) -> Result? {
        unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 1) { memory in
            guard MemoryLayout<timespec>.size == 16, let time = memory.baseAddress else { return nil }
            return unsafe body(time, UnsafeMutableRawPointer(time).assumingMemoryBound(to: Int64.self))
        }
    }

    // MARK: Locks

    static let lockSize = unsafe MemoryLayout<pthread_mutex_t>.size
    static let lockAlignment = unsafe MemoryLayout<pthread_mutex_t>.alignment

    static func createLock(at memory: UnsafeMutableRawPointer) {
        let mutex = unsafe memory.bindMemory(to: pthread_mutex_t.self, capacity: 1)
        #if DEBUG
        var attributes = pthread_mutexattr_t()
        unsafe pthread_mutexattr_init(&attributes)
        unsafe pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ERRORCHECK))
        unsafe pthread_mutex_init(mutex, &attributes)
        unsafe pthread_mutexattr_destroy(&attributes)
        #else
        unsafe pthread_mutex_init(mutex, nil)
        #endif
    }

    static func destroyLock(_ lock: UnsafeMutableRawPointer) {
        unsafe pthread_mutex_destroy(lock.assumingMemoryBound(to: pthread_mutex_t.self))
    }

    /// Traps in debug builds if this thread has the lock already.
    @usableFromInline
    package static func acquire(_ lock: UnsafeMutableRawPointer) {
        let status = unsafe pthread_mutex_lock(lock.assumingMemoryBound(to: pthread_mutex_t.self))
        precondition(status == 0, "a thread takes a lock that it holds")
    }

    @usableFromInline
    package static func tryAcquire(_ lock: UnsafeMutableRawPointer) -> Bool {
        unsafe pthread_mutex_trylock(lock.assumingMemoryBound(to: pthread_mutex_t.self)) == 0
    }

    @usableFromInline
    package static func release(lock: UnsafeMutableRawPointer) {
        unsafe pthread_mutex_unlock(lock.assumingMemoryBound(to: pthread_mutex_t.self))
    }

    // MARK: Threads

    /// Lets another thread run.
    static func yield() { sched_yield() }

    private final class ThreadBody: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        // Owned by the thread once it has started.
        let argument = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = unsafe pthread_create(&thread, &attributes, { unsafe System.run($0) }, argument)
        #else
        #if canImport(Musl)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
            unsafe $0.flatMap { unsafe System.run($0) }
        }
        let status = unsafe pthread_create(&thread, &attributes, start, argument)
        #endif
        unsafe pthread_attr_destroy(&attributes)
        if status != 0 { unsafe Unmanaged<ThreadBody>.fromOpaque(argument).release() }
        return status == 0
    }

    private static func run(_ body: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        unsafe Unmanaged<ThreadBody>.fromOpaque(body).takeRetainedValue().run()
        return nil
    }
}

/// A mutex with a condition variable, which `Synchronization.Mutex` lacks.
@safe
final class Condition {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        unsafe pthread_cond_init(condition, nil)
        #else
        // Waits use the monotonic clock, which cannot be set.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(mutex) }
    func unlock() { unsafe pthread_mutex_unlock(mutex) }
    func signal() { unsafe pthread_cond_signal(condition) }

    /// Releases the mutex until the condition is signalled. Returns true if the time ran out.
    func wait(atMost limit: Duration) -> Bool {
        // At most one day, because `components` traps for some durations.
        let (seconds, attoseconds) = min(limit, .seconds(86_400)).components
        let hasTimedOut = unsafe System.withWords { time, words in
            #if canImport(Darwin)
            unsafe words[0] = seconds
            unsafe words[1] = attoseconds / 1_000_000_000
            return unsafe pthread_cond_timedwait_relative_np(condition, mutex, time) == ETIMEDOUT
            #else
            unsafe clock_gettime(CLOCK_MONOTONIC, time)
            let nanoseconds = unsafe words[1] + attoseconds / 1_000_000_000
            unsafe words[0] += seconds + nanoseconds / 1_000_000_000
            unsafe words[1] = nanoseconds % 1_000_000_000
            return unsafe pthread_cond_timedwait(condition, mutex, time) == ETIMEDOUT
            #endif
        }
        return hasTimedOut ?? true
    }
}
