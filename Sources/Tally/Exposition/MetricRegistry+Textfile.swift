extension MetricRegistry {
    /// Writes the exposition to a file, which whoever reads it sees whole: the old one or the new.
    ///
    /// For the textfile collector of node_exporter, which reads the files of its folder that end in `.prom`, and so for
    /// jobs that end before a scraper comes. Prometheus text 0.0.4, which is all that it reads.
    ///
    /// Blocks its thread while the disk writes; meant for the end of a job or a timer, not for a handler. The new file
    /// is written beside the old one, under a name that ends in `.tmp`, and takes its place when it is on the disk. It
    /// is readable by all. What has to be waited for is as it was last said: await ``collect(for:)`` first.
    ///
    /// node_exporter shows a series once, whichever files have it, and has `process_` metrics of its own: a registry
    /// that is written to a file should have neither those nor its own metrics (`ownMetrics: false`), or a constant
    /// label that tells it from the others.
    ///
    /// A symbolic link stays, and its target is replaced. What is neither a regular file nor a link to one, such as a
    /// device, is left alone.
    ///
    /// https://github.com/prometheus/node_exporter#textfile-collector
    ///
    /// - Parameter path: The file's path. Without NUL, which would truncate it.
    /// - Throws: ``TextfileError``, after which the old file is as it was and no other is left.
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
            // Whatever mask the process has: the collector is another user.
            guard System.makeReadable(file) else { throw TextfileError("making \(path) readable") }
            unsafe try write(as: .prometheusText) { (bytes) throws(TextfileError) in
                unsafe try Self.writeAll(bytes, to: file, path)
            }
            // A rename may reach the disk before what was written.
            guard System.flush(file) else { throw TextfileError("writing \(path) to the disk") }
        } catch {
            System.closeFile(file)
            throw error
        }
        // Some file systems tell only here that there was no room.
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
