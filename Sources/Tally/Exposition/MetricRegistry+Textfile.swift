extension MetricRegistry {
    /// Replaces a file with the exposition, atomically: a reader sees either the old file or the new one.
    ///
    /// Use it for jobs that end before they are scraped: the textfile collector of node_exporter reads the files in its
    /// folder whose names end in `.prom`. The format is Prometheus text 0.0.4, the only one that the collector reads.
    ///
    /// Blocks the thread while the disk writes, so call it at the end of a job or from a timer, not in a handler. Tally
    /// writes a temporary file beside the old one (`.tmp`), readable by all users, and renames it once it is on disk.
    /// If the registry has asynchronous collectors, await ``collect(for:)`` first.
    ///
    /// node_exporter exposes each series only once across all files, and has `process_` metrics of its own. Create the
    /// registry with `ownMetrics: false` and without ``ProcessMetrics``, or give it a distinguishing constant label.
    ///
    /// If the path is a symbolic link, replaces its target. Fails if an existing file is not regular, such as a device.
    ///
    /// https://github.com/prometheus/node_exporter#textfile-collector
    ///
    /// - Parameter path: The path of the file, without NUL.
    /// - Throws: ``TextfileError``. The old file is then unchanged, and no temporary file remains.
    public func write(toTextfile path: String) throws(TextfileError) {
        let path = try TextfileTarget.path(of: path)
        let temporary = "\(path).\(System.processID).\(UInt32.random(in: 0 ... .max)).tmp"
        let file = System.createForWriting(temporary)
        guard file >= 0 else { throw TextfileError("creating \(temporary)") }
        do throws(TextfileError) {
            try fill(file, temporary)
        } catch {
            System.remove(temporary)
            throw error
        }
        guard System.move(temporary, to: path) else {
            let error = TextfileError("renaming \(temporary) to \(path)")
            System.remove(temporary)
            throw error
        }
    }

    private func fill(_ file: Int32, _ path: String) throws(TextfileError) {
        do throws(TextfileError) {
            // Set regardless of the umask, because the collector is another user.
            guard System.makeReadable(file) else { throw TextfileError("making \(path) readable") }
            unsafe try write(as: .prometheusText) { (bytes) throws(TextfileError) in
                unsafe try Self.writeAll(bytes, to: file, path)
            }
            // Without this, the rename could reach the disk before the contents.
            guard System.flush(file) else { throw TextfileError("writing \(path) to the disk") }
        } catch {
            System.closeFile(file)
            throw error
        }
        // Some file systems report a full disk only at this point.
        guard System.closeFile(file) else { throw TextfileError("closing \(path)") }
    }

    private static func writeAll(
        _ bytes: UnsafeRawBufferPointer,
        to file: Int32,
        _ path: String
    ) throws(TextfileError) {
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe System.writeBytes(rest, to: file)
            if count > 0 {
                written += count
            } else if System.lastError != System.interrupted {
                throw TextfileError("writing \(path)")
            }
        }
    }
}
