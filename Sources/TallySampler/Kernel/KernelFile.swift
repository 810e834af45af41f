#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Files that the kernel writes as they are read: without a size, and gone at any moment.
enum KernelFile {
    /// Why one could not be read.
    struct Failure: Error, Equatable {
        let path: String
        let number: Int32

        /// What it tells of is not there, or not any more: `ENODEV` is what a control group's file says whose group was
        /// removed after it was opened.
        var isGone: Bool { [ENOENT, ENOTDIR, ENODEV, ESRCH].contains(number) }
        /// The kernel was built or started without it.
        var isAbsent: Bool { isGone || number == EOPNOTSUPP || number == ENOTSUP }

        var sourceError: SourceError {
            let isForbidden = number == EACCES || number == EPERM
            let reason: SourceError.Reason = isForbidden ? .forbidden : isGone ? .unavailable : .failed
            return SourceError(reason, "cannot read \(path) (error number \(number))")
        }
    }

    /// The file's bytes, the first megabyte at most.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = systemRead(descriptor, &chunk)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, number: errno) }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    /// The file's bytes; nil if what it tells of is not there.
    static func readIfThere(_ path: String) throws(Failure) -> [UInt8]? {
        do {
            return try read(path)
        } catch  where error.isAbsent {
            return nil
        }
    }

    /// The folders within a folder, in no order; none if it is gone.
    static func folders(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let kind = Int(entry.pointee.d_type)
            guard kind == Int(DT_DIR) || kind == Int(DT_UNKNOWN) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// What a symbolic link says; nil if it cannot be read.
    static func link(_ path: String) -> [UInt8]? {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? bytes.prefix(count).map { UInt8(bitPattern: $0) } : nil
    }

    private static func systemRead(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int {
        chunk.withUnsafeMutableBytes { buffer in
            #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
            Musl.read(descriptor, buffer.baseAddress, buffer.count)
            #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
        }
    }
}
