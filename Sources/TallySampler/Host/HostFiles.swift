internal import Tally

/// The values of the host from the files in `/proc`.
struct HostFiles: Sendable {
    var cpu: HostCPU?
    /// All values except the CPU's.
    var values: [SampleMetric: Double] = [:]
    /// The bytes of each network device whose traffic leaves the host.
    var networks: [Traffic] = []
    var disks: [Traffic] = []
    var errors: [SourceError] = []

    /// Reads the files in about a millisecond, unless a user-space file system serves `/proc`.
    static func read(under proc: String, sys: String) -> HostFiles {
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
            return memory.total != nil && memory.used != nil
        }
        files.read("\(proc)/loadavg") { text, files in
            let load = HostLoad(text: text)
            files.values[.load1] = load?.one
            files.values[.load5] = load?.five
            files.values[.load15] = load?.fifteen
            return load != nil
        }
        files.read("\(proc)/net/dev") { text, files in
            // A host whose only interface is loopback has no totals, which is not an error.
            let all = [Traffic](netDev: text)
            let leaving = NetworkDevices(sys: sys).leavingHost(all.map(\.name))
            files.networks = all.filter { leaving.contains($0.name) }
            return true
        }
        files.read("\(proc)/diskstats", isOptional: true) { text, files in
            files.disks = Disks.traffic(text: text, sys: sys)
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

    /// Reads one file. An error does not affect the other files.
    private mutating func read(
        _ path: String,
        isOptional: Bool = false,
        _ take: (_ text: [UInt8], _ files: inout HostFiles) -> Bool
    ) {
        do {
            if !take(try KernelFile.read(path), &self) {
                errors.append(SourceError(.malformed, "\(path) has an unexpected format; its values are omitted"))
            }
        } catch {
            if !(isOptional && error.isAbsent) { errors.append(error.sourceError) }
        }
    }
}
