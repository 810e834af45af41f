internal import Tally

/// The readings of the host from the files of `/proc`.
struct HostFiles: Sendable {
    var cpu: HostCPU?
    /// All but the CPU's.
    var values: [SampleMetric: Double] = [:]
    var errors: [SourceError] = []

    /// Reads them, which takes under a millisecond, unless `/proc` is one of the file systems that a program serves.
    static func read(under proc: String) -> HostFiles {
        var files = HostFiles()
        files.read("\(proc)/stat") { text, files in
            files.cpu = HostCPU(text: text)
            return files.cpu != nil
        }
        files.read("\(proc)/meminfo") { text, files in
            let memory = HostMemory(text: text)
            files.set(.memoryTotalBytes, memory.total)
            files.set(.memoryUsedBytes, memory.used)
            files.set(.swapTotalBytes, memory.swapTotal)
            files.set(.swapUsedBytes, memory.swapUsed)
            return memory.total != nil
        }
        files.read("\(proc)/loadavg") { text, files in
            let load = HostLoad(text: text)
            files.values[.load1] = load?.one
            files.values[.load5] = load?.five
            files.values[.load15] = load?.fifteen
            return load != nil
        }
        files.read("\(proc)/net/dev") { text, files in
            // A host without any interface but its own loop says nothing, which is no error.
            let network = NetworkTotals(text: text, where: NetworkTotals.leavesHost)
            files.set(.networkReceivedBytes, network?.received)
            files.set(.networkSentBytes, network?.sent)
            return true
        }
        let pressures: [(String, SampleMetric)] = [
            ("cpu", .cpuPressureSeconds), ("memory", .memoryPressureSeconds), ("io", .ioPressureSeconds),
        ]
        for (name, metric) in pressures {
            files.read("\(proc)/pressure/\(name)", isOptional: true) { text, files in
                files.values[metric] = pressureSeconds(text: text)
                return true
            }
        }
        return files
    }

    private mutating func set(_ metric: SampleMetric, _ value: UInt64?) {
        values[metric] = value.map { Double($0) }
    }

    /// One file's fault is not another's.
    private mutating func read(
        _ path: String,
        isOptional: Bool = false,
        _ take: (_ text: [UInt8], _ files: inout HostFiles) -> Bool
    ) {
        do {
            if !take(try KernelFile.read(path), &self) {
                errors.append(SourceError(.malformed, "\(path) is not what it should be"))
            }
        } catch {
            if !(isOptional && error.isAbsent) { errors.append(error.sourceError) }
        }
    }
}
