import TallySampler

extension HistoryTick {
    /// The host and some containers, with values derived from the time and the container.
    static func example(_ time: Int64, containers: Int = 2) -> HistoryTick {
        var samples = [Sample(subject: .host, values: [.cpuCount: 2, .cpuPercent: Double(time % 200)])]
        for number in 0..<containers {
            samples.append(
                Sample(
                    subject: .container("c\(number)"),
                    containerID: "id\(number)",
                    values: [
                        .cpuPercent: Double(number), .cpuSeconds: Double(time) / 10, .memoryUsedBytes: 1_000_000,
                        .memoryLimitBytes: 64_000_000, .networkReceivedBytes: Double(time) * 17,
                        .networkSentBytes: Double(time) * 13, .blockReadBytes: 4096, .blockWrittenBytes: 8192,
                        .processes: 3,
                    ]
                )
            )
        }
        return HistoryTick(time: time, samples: samples)
    }

    /// A tick with the CPU share of one container.
    static func cpu(_ time: Int64, _ value: Double, of subject: String = "web", in container: String? = "id")
        -> HistoryTick
    {
        HistoryTick(
            time: time,
            samples: [Sample(subject: .container(subject), containerID: container, values: [.cpuPercent: value])]
        )
    }
}

extension HistoryQuery {
    /// The CPU of the container `web`, at all times.
    static func cpu(
        of subject: SampleSubject = .container("web"),
        from: Int64 = .min,
        through: Int64 = .max,
        every bucket: Int64 = 1
    ) -> HistoryQuery {
        HistoryQuery(metric: .cpuPercent, subject: subject, from: from, through: through, bucketSeconds: bucket)
    }
}
