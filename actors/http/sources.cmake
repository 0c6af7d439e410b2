# The web port. Included by actors/CMakeLists.txt after `tributary_actors`.
target_sources(tributary_actors PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/api_data_query.cpp
  ${CMAKE_CURRENT_LIST_DIR}/api_query.cpp
  ${CMAKE_CURRENT_LIST_DIR}/api_render.cpp
  ${CMAKE_CURRENT_LIST_DIR}/asio.cpp
  ${CMAKE_CURRENT_LIST_DIR}/assets.cpp
  ${CMAKE_CURRENT_LIST_DIR}/connection.cpp
  ${CMAKE_CURRENT_LIST_DIR}/content_coding.cpp
  ${CMAKE_CURRENT_LIST_DIR}/data_answer.cpp
  ${CMAKE_CURRENT_LIST_DIR}/data_envelope.cpp
  ${CMAKE_CURRENT_LIST_DIR}/data_format.cpp
  ${CMAKE_CURRENT_LIST_DIR}/data_render.cpp
  ${CMAKE_CURRENT_LIST_DIR}/entity_tag.cpp
  ${CMAKE_CURRENT_LIST_DIR}/exchange.cpp
  ${CMAKE_CURRENT_LIST_DIR}/google_table.cpp
  ${CMAKE_CURRENT_LIST_DIR}/html_table.cpp
  ${CMAKE_CURRENT_LIST_DIR}/json_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/listening_socket.cpp
  ${CMAKE_CURRENT_LIST_DIR}/metric_names.cpp
  ${CMAKE_CURRENT_LIST_DIR}/metric_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/metric_values.cpp
  ${CMAKE_CURRENT_LIST_DIR}/node_metrics.cpp
  ${CMAKE_CURRENT_LIST_DIR}/number_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/request_parser.cpp
  ${CMAKE_CURRENT_LIST_DIR}/response_head.cpp
  ${CMAKE_CURRENT_LIST_DIR}/routes.cpp
  ${CMAKE_CURRENT_LIST_DIR}/scrape_memory.cpp
  ${CMAKE_CURRENT_LIST_DIR}/script_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/stream_channel.cpp
  ${CMAKE_CURRENT_LIST_DIR}/target.cpp
  ${CMAKE_CURRENT_LIST_DIR}/time_text.cpp
)

# Asio's own code is compiled once, in asio.cpp. Both must be the same in every
# source that includes Asio.
target_compile_definitions(tributary_actors PRIVATE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION)
find_package(ZLIB REQUIRED)
target_link_libraries(tributary_actors PRIVATE Threads::Threads ZLIB::ZLIB)

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
tributary_embed_files(tributary_actors ${CMAKE_SOURCE_DIR}/web/dist)
tributary_embed_text(tributary_actors ${CMAKE_CURRENT_LIST_DIR}/openapi.yaml
  api_description)
