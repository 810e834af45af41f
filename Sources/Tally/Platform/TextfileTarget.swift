/// Resolves a path to the file that may be replaced.
enum TextfileTarget {
    /// The number of links that Linux follows.
    private static let maxLinks = 40

    /// The path behind all links. It leads to a regular file, or to none yet.
    static func path(of path: String) throws(TextfileError) -> String {
        guard !path.utf8.contains(0) else {
            throw TextfileError(
                errno: System.invalidArgument,
                operation: "writing \(path.debugDescription), a path that must not contain a NUL"
            )
        }
        try checkIsRegular(path)
        var target = path
        for _ in 0...maxLinks {
            guard let destination = try destination(ofLink: target) else { return target }
            // Relative to the folder of the link.
            let folder = target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target[..<$0] + "/" } ?? ""
            target = destination.utf8.first == UInt8(ascii: "/") ? destination : folder + destination
        }
        throw TextfileError(errno: System.tooManyLinks, operation: "following the link \(path)")
    }

    /// Rejects folders, devices, pipes and sockets: replacing one with a file would cut off the programs that use it.
    private static func checkIsRegular(_ path: String) throws(TextfileError) {
        switch System.status(of: path)?.kind {
        // If there is no file, creating it reports any problem.
        case nil, .regular: return
        case .folder:
            throw TextfileError(errno: System.isFolder, operation: "writing \(path), which must be a regular file")
        default:
            throw TextfileError(
                errno: System.invalidArgument,
                operation: "writing \(path), which must be a regular file"
            )
        }
    }

    /// The destination of a symbolic link, or nil for any other file.
    private static func destination(ofLink path: String) throws(TextfileError) -> String? {
        guard System.status(of: path, followingLinks: false)?.kind == .link else { return nil }
        guard let bytes = System.destination(ofLink: path) else { throw TextfileError("reading the link \(path)") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
