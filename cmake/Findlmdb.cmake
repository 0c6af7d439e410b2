# Defines lmdb::lmdb (Debian: liblmdb-dev has a header and a library only).
include(FindPackageHandleStandardArgs)
find_path(LMDB_INCLUDE_DIR lmdb.h)
find_library(LMDB_LIBRARY lmdb)
find_package_handle_standard_args(lmdb REQUIRED_VARS LMDB_LIBRARY
  LMDB_INCLUDE_DIR)
if(lmdb_FOUND AND NOT TARGET lmdb::lmdb)
  add_library(lmdb::lmdb UNKNOWN IMPORTED)
  set_target_properties(lmdb::lmdb PROPERTIES
    IMPORTED_LOCATION ${LMDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${LMDB_INCLUDE_DIR})
endif()
