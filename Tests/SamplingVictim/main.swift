import Foundation
import TallySampler

// Appends and prunes as fast as it can until a test kills it and examines the file.
#if SQLite
let history = try SQLiteHistory(path: CommandLine.arguments[1])
let containers = 50
var time = (try await history.newestTime() ?? 1_800_000_000) + 1
// Not `print`, which buffers its output.
FileHandle.standardOutput.write(Data("it samples\n".utf8))
while true {
    var samples = [Sample(subject: .host, values: [.cpuPercent: 1])]
    for number in 0..<containers {
        // Some containers are short-lived, so that series are added and removed too.
        let id = number < 40 ? "id\(number)" : "id\(number) \(time / 3600)"
        samples.append(
            Sample(
                subject: .container("c\(number)"),
                containerID: id,
                values: [.cpuPercent: 1, .cpuSeconds: Double(time)]
            )
        )
    }
    try await history.append(HistoryTick(time: time, samples: samples))
    try await history.prune(before: time - 400 * 60)
    time += 60
}
#else
print("This program takes the trait SQLite.")
#endif
