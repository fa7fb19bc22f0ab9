# libtorch, from Python's wheel or from the system. Include it in the scope that needs it: its own
# CMake files damage protobuf's target (see GotongDependencies.cmake).
#
# gotong_find_torch(<variable>) sets the variable to what a target must link.
#
# The CUDA wheel's CMake files insist on NVIDIA's compiler, which neither this project nor its
# users need: such a wheel is linked by hand. Its libraries know where the wheels of NVIDIA's
# libraries lie, which the linker does not.
function(gotong_find_torch variable)
  file(GLOB venv ${PROJECT_SOURCE_DIR}/build/venv/lib/python3.*/site-packages/torch/share/cmake)
  foreach(name IN ITEMS torch_cuda c10_cuda torch torch_cpu c10)
    find_library(GOTONG_${name} ${name} HINTS ${venv} PATH_SUFFIXES ../../lib)
    mark_as_advanced(GOTONG_${name})
    list(APPEND libraries ${GOTONG_${name}})
  endforeach()
  if(NOT GOTONG_torch_cuda)
    find_package(Torch REQUIRED HINTS ${venv})
    set(${variable} ${TORCH_LIBRARIES} PARENT_SCOPE)
    return()
  endif()
  find_path(GOTONG_torch_headers ATen/ATen.h HINTS ${venv} PATH_SUFFIXES ../../include REQUIRED)
  mark_as_advanced(GOTONG_torch_headers)
  add_library(gotong_cuda_torch INTERFACE)
  target_include_directories(gotong_cuda_torch SYSTEM INTERFACE
    ${GOTONG_torch_headers} ${GOTONG_torch_headers}/torch/csrc/api/include)
  # No symbol of the CUDA libraries is called by name: they register themselves when loaded.
  target_link_libraries(gotong_cuda_torch INTERFACE
    -Wl,--allow-shlib-undefined -Wl,--no-as-needed ${libraries} -Wl,--as-needed)
  gotong_allow_cuda_graphs()
  set(${variable} gotong_cuda_torch PARENT_SCOPE)
endfunction()

# CUDA graphs need the runtime's headers and library (no compiler of it): NVIDIA's wheels have them,
# and so does a toolkit. Without them calls are launched one by one, which changes no result.
function(gotong_allow_cuda_graphs)
  file(GLOB nvidia ${GOTONG_torch_headers}/../../nvidia/* /usr/local/cuda*)
  find_path(GOTONG_cuda_runtime cuda_runtime_api.h HINTS ${nvidia} PATH_SUFFIXES include)
  find_path(GOTONG_cuda_crt crt/host_defines.h HINTS ${nvidia} PATH_SUFFIXES include)
  find_library(GOTONG_cudart NAMES cudart libcudart.so.13 libcudart.so.12
    HINTS ${nvidia} PATH_SUFFIXES lib lib64)
  mark_as_advanced(GOTONG_cuda_runtime GOTONG_cuda_crt GOTONG_cudart)
  if(GOTONG_cuda_runtime AND GOTONG_cuda_crt AND GOTONG_cudart)
    target_include_directories(gotong_cuda_torch SYSTEM INTERFACE
      ${GOTONG_cuda_runtime} ${GOTONG_cuda_crt})
    target_compile_definitions(gotong_cuda_torch INTERFACE GOTONG_CUDA_GRAPHS)
    target_link_libraries(gotong_cuda_torch INTERFACE ${GOTONG_cudart})
  else()
    message(STATUS "no CUDA runtime here: the denoiser's calls will not be recorded")
  endif()
endfunction()
