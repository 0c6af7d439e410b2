# The pure metric sources; included by the CMakeLists.txt of `actors`, which
# makes the target.
target_sources(tributary_actors PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/core_counters.cpp
  ${CMAKE_CURRENT_LIST_DIR}/cpu_table.cpp
  ${CMAKE_CURRENT_LIST_DIR}/define_chart.cpp
  ${CMAKE_CURRENT_LIST_DIR}/device_table.cpp
  ${CMAKE_CURRENT_LIST_DIR}/disk_kind.cpp
  ${CMAKE_CURRENT_LIST_DIR}/figure_charts.cpp
  ${CMAKE_CURRENT_LIST_DIR}/growing_chart.cpp
  ${CMAKE_CURRENT_LIST_DIR}/held_chart.cpp
  ${CMAKE_CURRENT_LIST_DIR}/interface_state.cpp
  ${CMAKE_CURRENT_LIST_DIR}/kernel_files.cpp
  ${CMAKE_CURRENT_LIST_DIR}/kernel_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/mount_list.cpp
  ${CMAKE_CURRENT_LIST_DIR}/mounts.cpp
  ${CMAKE_CURRENT_LIST_DIR}/netstat_charts.cpp
  ${CMAKE_CURRENT_LIST_DIR}/patient_probe.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_conntrack.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_diskstats.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_loadavg.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_meminfo.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_net_dev.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_net_netstat.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_net_snmp6.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_net_sockstat.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_net_softnet.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_pressure.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_self.cpp
  ${CMAKE_CURRENT_LIST_DIR}/self_activity.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_stat.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_sys.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_uptime.cpp
  ${CMAKE_CURRENT_LIST_DIR}/proc_vmstat.cpp
  ${CMAKE_CURRENT_LIST_DIR}/snmp6_charts.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_group.cpp
  ${CMAKE_CURRENT_LIST_DIR}/source_table.cpp
  ${CMAKE_CURRENT_LIST_DIR}/sysv_ipc.cpp)
