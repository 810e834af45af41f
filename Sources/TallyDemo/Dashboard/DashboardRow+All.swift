extension DashboardRow {
    /// The labels that the dashboard's variables select.
    private static let chosen = #"job=~"$job",instance=~"$instance""#
    private static let window = "[$__rate_interval]"

    private static let count = "http_server_request_duration_seconds_count"
    private static let allRequests = rate(of: count, by: "http_route")
    private static let failedRequests = rate(of: count, by: "http_route", #",http_response_status_code=~"5..""#)

    private static func rate(of metric: String, by labels: String, _ more: String = "") -> String {
        "sum by (\(labels)) (rate(\(metric){\(chosen)\(more)}\(window)))"
    }

    static let all = [requests, saturation, users, health, containers, limits]

    private static let requests = DashboardRow(
        title: "Requests by route",
        panels: [
            DashboardPanel("Rate", .requests, (allRequests, "{{http_route}}")),
            // A route that has never failed has no failed requests to divide.
            DashboardPanel(
                "Errors",
                .share,
                ("(\(failedRequests) or 0 * \(allRequests)) / \(allRequests)", "{{http_route}}")
            ),
            DashboardPanel(
                "Duration, 99th percentile",
                .seconds,
                (
                    "histogram_quantile(0.99, "
                        + rate(of: "http_server_request_duration_seconds_bucket", by: "le, http_route") + ")",
                    "{{http_route}}"
                )
            ),
            DashboardPanel(
                "In flight",
                .number,
                ("sum by (http_request_method) (http_server_active_requests{\(chosen)})", "{{http_request_method}}")
            ),
        ]
    )

    private static let saturation = DashboardRow(
        title: "Saturation",
        panels: [
            DashboardPanel(
                "Processors",
                .share,
                (
                    #"1 - avg by (instance) (rate(node_cpu_seconds_total{\#(chosen),mode="idle"}\#(window)))"#,
                    "machine {{instance}}"
                ),
                ("rate(process_cpu_seconds_total{\(chosen)}\(window))", "process {{instance}}")
            ),
            DashboardPanel(
                "Memory",
                .share,
                (
                    "1 - node_memory_MemAvailable_bytes{\(chosen)} / node_memory_MemTotal_bytes{\(chosen)}",
                    "machine {{instance}}"
                )
            ),
            DashboardPanel(
                "Resident memory",
                .bytes,
                ("process_resident_memory_bytes{\(chosen)}", "{{instance}}")
            ),
            DashboardPanel(
                "File descriptors",
                .share,
                ("process_open_fds{\(chosen)} / process_max_fds{\(chosen)}", "{{instance}}")
            ),
        ]
    )

    private static let users = DashboardRow(
        title: "Active users",
        panels: [
            DashboardPanel(
                "Active users by window",
                .number,
                (#"{__name__=~"(.+_)?active_users",window!="",\#(chosen)}"#, "{{instance}}, last {{window}}")
            ),
            DashboardPanel(
                "Estimated instead of counted",
                .number,
                ("tally_active_users_overflow{\(chosen)}", "{{metric}}")
            ),
        ]
    )

    private static let health = DashboardRow(
        title: "Health",
        panels: [
            DashboardPanel("Checks", .number, ("min by (check) (health_check_up{\(chosen)})", "{{check}}")),
            DashboardPanel("Duration", .seconds, ("health_check_duration_seconds{\(chosen)}", "{{check}}")),
            DashboardPanel(
                "Time since the last answer",
                .seconds,
                ("time() - health_check_last_success_timestamp_seconds{\(chosen)}", "{{check}}")
            ),
        ]
    )

    private static let containers = DashboardRow(
        title: "Containers",
        panels: [
            DashboardPanel(
                "Processors",
                .number,
                ("topk(20, rate(container_cpu_usage_seconds_total{\(chosen)}\(window)))", "{{name}} {{id}}")
            ),
            DashboardPanel(
                "Memory",
                .bytes,
                ("topk(20, container_memory_working_set_bytes{\(chosen)})", "{{name}} {{id}}")
            ),
            DashboardPanel(
                "Threads",
                .number,
                ("topk(20, container_threads{\(chosen)})", "{{name}} {{id}}")
            ),
        ]
    )

    private static let limits = DashboardRow(
        title: "Tally's limits",
        panels: [
            DashboardPanel(
                "Lookups past a family's limit",
                .operations,
                (rate(of: "tally_family_overflow_total", by: "family"), "{{family}}")
            ),
            DashboardPanel(
                "Rejected label sets",
                .number,
                ("sum by (family) (tally_family_overflow_label_sets{\(chosen)})", "{{family}}")
            ),
            DashboardPanel(
                "Rejected updates",
                .operations,
                (rate(of: "tally_rejected_updates_total", by: "reason"), "{{reason}}")
            ),
            DashboardPanel(
                "Omitted families",
                .operations,
                (rate(of: "tally_scrape_errors_total", by: "family") + " or vector(0)", "{{family}}")
            ),
            DashboardPanel(
                "Duration of a scrape",
                .seconds,
                ("tally_scrape_duration_seconds{\(chosen)}", "{{instance}}")
            ),
            DashboardPanel("Samples of a scrape", .number, ("tally_series{\(chosen)}", "{{instance}}")),
        ]
    )
}
