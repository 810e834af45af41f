#if Docker
extension EngineStats {
    /// The fields of an engine's reply that are used. Numbers are unsigned. The limit of processes is not decoded,
    /// because an engine sends 2⁶⁴ − 1 if there is none.
    struct Reply: Decodable {
        typealias Lenient = EngineJSON.Lenient

        struct Usage: Decodable {
            var total: Lenient<UInt64>?
            var each: Lenient<[Lenient<UInt64>]>?

            enum CodingKeys: String, CodingKey {
                case total = "total_usage"
                case each = "percpu_usage"
            }
        }

        struct CPU: Decodable {
            var usage: Lenient<Usage>?
            var system: Lenient<UInt64>?
            var online: Lenient<UInt64>?
            var throttling: Lenient<Throttling>?

            enum CodingKeys: String, CodingKey {
                case throttling = "throttling_data"
                case usage = "cpu_usage"
                case system = "system_cpu_usage"
                case online = "online_cpus"
            }
        }

        struct Throttling: Decodable {
            var periods: Lenient<UInt64>?
            var throttled: Lenient<UInt64>?
            var nanoseconds: Lenient<UInt64>?

            enum CodingKeys: String, CodingKey {
                case periods
                case throttled = "throttled_periods"
                case nanoseconds = "throttled_time"
            }
        }

        struct Memory: Decodable {
            var usage: Lenient<UInt64>?
            var limit: Lenient<UInt64>?
            var stats: Lenient<[String: Lenient<UInt64>]>?

            var isEmpty: Bool { usage == nil && limit == nil && stats == nil }
        }

        struct Network: Decodable {
            var received: Lenient<UInt64>?
            var sent: Lenient<UInt64>?

            enum CodingKeys: String, CodingKey {
                case received = "rx_bytes"
                case sent = "tx_bytes"
            }
        }

        struct Block: Decodable {
            var bytes: Lenient<[Lenient<Operation>]>?

            enum CodingKeys: String, CodingKey {
                case bytes = "io_service_bytes_recursive"
            }
        }

        struct Operation: Decodable {
            var major: Lenient<UInt64>?
            var minor: Lenient<UInt64>?
            var operation: Lenient<String>?
            var value: Lenient<UInt64>?

            enum CodingKeys: String, CodingKey {
                case major, minor
                case operation = "op"
                case value
            }
        }

        struct Processes: Decodable {
            var current: Lenient<UInt64>?
        }

        var id: Lenient<String>?
        var podmanID: Lenient<String>?
        var read: Lenient<String>?
        var cpu: Lenient<CPU>?
        var memory: Lenient<Memory>?
        var networks: Lenient<[String: Lenient<Network>]>?
        var block: Lenient<Block>?
        var processes: Lenient<Processes>?

        enum CodingKeys: String, CodingKey {
            case id
            case podmanID = "Id"
            case read
            case cpu = "cpu_stats"
            case memory = "memory_stats"
            case networks
            case block = "blkio_stats"
            case processes = "pids_stats"
        }
    }
}
#endif
