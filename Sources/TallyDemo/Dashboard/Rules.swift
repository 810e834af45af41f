/// Recording and alerting rules for Prometheus, for the metrics of Tally, the sampler and `HTTPServerMetrics`.
///
/// https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
enum Rules {
    static let yaml = #"""
        # Rules for servers with Tally. Check them with: promtool check rules FILE
        groups:
          - name: tally-requests
            rules:
              - record: route:http_server_requests:rate5m
                expr: sum by (job, http_route) (rate(http_server_request_duration_seconds_count[5m]))
              - record: route:http_server_errors:rate5m
                expr: >-
                  sum by (job, http_route)
                  (rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[5m]))
              - record: route:http_server_request_duration_seconds:p99_rate5m
                expr: >-
                  histogram_quantile(0.99,
                  sum by (job, http_route, le) (rate(http_server_request_duration_seconds_bucket[5m])))
              - alert: RouteFails
                expr: >-
                  route:http_server_errors:rate5m / route:http_server_requests:rate5m > 0.05
                  and route:http_server_requests:rate5m > 0.1
                for: 5m
                labels: {severity: page}
                annotations:
                  summary: '{{ $value | humanizePercentage }} of requests to {{ $labels.http_route }} fail'
              - alert: RouteIsSlow
                expr: >-
                  route:http_server_request_duration_seconds:p99_rate5m > 1
                  and route:http_server_requests:rate5m > 0.1
                for: 10m
                labels: {severity: ticket}
                annotations:
                  summary: 'a hundredth of requests to {{ $labels.http_route }} take {{ $value | humanizeDuration }}'
          - name: tally-saturation
            rules:
              - record: instance:node_cpu_busy:ratio_rate5m
                expr: 1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))
              - alert: MachineIsBusy
                expr: instance:node_cpu_busy:ratio_rate5m > 0.9
                for: 15m
                labels: {severity: ticket}
                annotations:
                  summary: 'the processors of {{ $labels.instance }} are {{ $value | humanizePercentage }} busy'
              - alert: MemoryRunsOut
                expr: node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05
                for: 5m
                labels: {severity: page}
                annotations:
                  summary: '{{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} is available'
              - alert: FileDescriptorsRunOut
                expr: process_open_fds / process_max_fds > 0.8
                for: 5m
                labels: {severity: page}
                annotations:
                  summary: '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its file descriptors'
              - alert: ContainerIsAtItsMemoryLimit
                expr: >-
                  container_memory_working_set_bytes / (container_spec_memory_limit_bytes > 0) > 0.9
                for: 5m
                labels: {severity: ticket}
                annotations:
                  summary: '{{ $labels.name }} {{ $labels.id }} uses {{ $value | humanizePercentage }} of its memory'
          - name: tally-health
            rules:
              - alert: HealthCheckFails
                expr: health_check_up == 0
                for: 1m
                labels: {severity: page}
                annotations:
                  summary: 'the check {{ $labels.check }} of {{ $labels.instance }} fails'
              - alert: HealthCheckHasNotAnswered
                expr: time() - health_check_last_success_timestamp_seconds > 900
                labels: {severity: ticket}
                annotations:
                  summary: '{{ $labels.check }} of {{ $labels.instance }} answered {{ $value | humanizeDuration }} ago'
          - name: tally-limits
            rules:
              - alert: FamilyIsFull
                expr: increase(tally_family_overflow_total[10m]) > 0
                for: 10m
                labels: {severity: ticket}
                annotations:
                  summary: 'the family {{ $labels.family }} of {{ $labels.instance }} is past its limit'
              - alert: UpdatesAreRejected
                expr: increase(tally_rejected_updates_total[10m]) > 0
                for: 10m
                labels: {severity: ticket}
                annotations:
                  summary: '{{ $labels.instance }} makes invalid updates: {{ $labels.reason }}'
              - alert: ScrapesOmitFamilies
                expr: increase(tally_scrape_errors_total[10m]) > 0
                for: 10m
                labels: {severity: ticket}
                annotations:
                  summary: 'scrapes of {{ $labels.instance }} omit the family {{ $labels.family }}'
              - alert: ActiveUsersAreEstimated
                expr: tally_active_users_overflow == 1
                labels: {severity: ticket}
                annotations:
                  summary: '{{ $labels.metric }} of {{ $labels.instance }} has more users than maxUsers'
        """#
}
